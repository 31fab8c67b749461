import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { Suppressed } from './options/suppressed.ts';
import { untilTimeLimit, untilWindowCloses } from './options/suppressed.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { sessionWindows } from './windows/session-windows.ts';
import { timeWindows } from './windows/windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Input = readonly [key: string, value: string | null, timestamp: number];

/** What a suppressed table emits, as `key value @timestamp`. */
const suppressed = (how: Suppressed<string>, records: readonly Input[]) => {
  const builder = new StreamsBuilder();
  builder.table('in', text).suppress(how).toStream().to('out', text);
  const driver = new TopologyTestDriver(builder.build(), { statestoreCacheMaxBytes: 0 });
  const input = driver.createInputTopic('in', text);
  for (const [key, value, timestamp] of records) input.pipeInput(key, value, { timestamp });
  const emitted = driver.createOutputTopic('out', text).readRecords();
  return emitted.map(({ key, value, timestamp }) => `${key} ${value} @${timestamp}`);
};

/** The final counts of windows, as `key start count @timestamp`. */
const finals = (records: readonly Input[], windows = timeWindows({ size: 10, grace: 5 })) => {
  const builder = new StreamsBuilder();
  const results: string[] = [];
  builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(windows)
    .reduce((_left, right) => (right === 'gone' ? null : right))
    .suppress(untilWindowCloses({ name: 'final' }))
    .toStream()
    .process(() => ({
      process: ({ key: { key, window }, value, timestamp }) => {
        results.push(`${key} ${window.start} ${value} @${timestamp}`);
      },
    }));
  const driver = new TopologyTestDriver(builder.build());
  const input = driver.createInputTopic('in', text);
  for (const [key, value, timestamp] of records) input.pipeInput(key, value, { timestamp });
  return results;
};

describe('until a time limit', () => {
  test('the last update of a key comes when its first one is that old, by the time of the updates', () => {
    const records: Input[] = [
      ['a', '1', 0],
      ['b', '1', 3],
      ['a', '2', 9],
      ['c', '1', 10],
      ['d', '1', 12],
      ['d', '2', 13],
    ];
    expect(suppressed(untilTimeLimit({ timeLimit: 10 }), records)).toEqual(['a 2 @9', 'b 1 @3']);
  });

  test('deletions are emitted too', () => {
    const records: Input[] = [
      ['a', '1', 0],
      ['a', null, 1],
      ['b', '1', 10],
    ];
    expect(suppressed(untilTimeLimit({ timeLimit: 10 }), records)).toEqual(['a null @1']);
  });

  test('a full buffer emits the oldest early, or fails the task', () => {
    const records: Input[] = [
      ['a', '1', 0],
      ['b', '1', 1],
      ['c', '1', 2],
    ];
    const full = (whenFull: 'emitEarly' | 'shutDown') =>
      suppressed(untilTimeLimit({ timeLimit: 100, buffer: { maxRecords: 2, whenFull } }), records);
    expect(full('emitEarly')).toEqual(['a 1 @0']);
    expect(() => full('shutDown')).toThrow();
    const bytes = untilTimeLimit({ timeLimit: 100, buffer: { maxBytes: 1 } });
    expect(suppressed(bytes, records)).toEqual(['a 1 @0', 'b 1 @1', 'c 1 @2']);
  });
});

describe('until windows close', () => {
  test('there is one result a window, when time is its grace past its end', () => {
    const records: Input[] = [
      ['a', '1', 1],
      ['a', '2', 9],
      ['b', '3', 12],
      ['a', '4', 3],
      ['b', '5', 15],
    ];
    expect(finals(records)).toEqual(['a 0 4 @9']);
  });

  test('a window that was deleted in the end has none', () => {
    const records: Input[] = [
      ['a', '1', 1],
      ['a', 'gone', 2],
      ['b', '1', 3],
      ['c', '1', 40],
    ];
    expect(finals(records)).toEqual(['b 0 1 @3']);
  });

  test('is refused where there are none', () => {
    const table = new StreamsBuilder().table('in', {
      key: serdes.timeWindowed(serdes.string(), 10),
      value: serdes.string(),
    });
    expect(() => table.suppress(untilWindowCloses())).toThrow(/not made of windows/);
  });

  test('sessions wait for their gap too', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .groupByKey()
      .windowedBy(sessionWindows({ inactivityGap: 10, grace: 5 }))
      .count()
      .suppress(untilWindowCloses())
      .toStream(({ key, window }) => `${key} ${window.start}-${window.end}`)
      .to('out', { key: serdes.string(), value: serdes.long() });
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const timestamp of [0, 8, 22, 23]) input.pipeInput('a', 'x', { timestamp });
    const out = driver.createOutputTopic('out', { key: serdes.string(), value: serdes.long() });
    expect(out.readRecords().map(({ key, value }) => `${key} ${value}`)).toEqual(['a 0-8 2']);
  });
});

test.each([-1, 1.5])('a bound of %d is refused', (maxRecords) => {
  expect(() => untilTimeLimit({ timeLimit: 1, buffer: { maxRecords } })).toThrow(RangeError);
});
