import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';
import type { EmitStrategy } from './windows/emit-strategy.ts';
import { slidingWindows } from './windows/sliding-windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Input = readonly [key: string | null, timestamp: number, value?: string | null];

interface Options {
  readonly difference?: number;
  readonly grace?: number;
  readonly emit?: EmitStrategy;
}

/** Every update as `key start-end values @timestamp`. */
const run = (records: readonly Input[], { difference = 10, grace = 100, emit = 'onWindowUpdate' }: Options = {}) => {
  const builder = new StreamsBuilder();
  const updates: string[] = [];
  builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(slidingWindows({ timeDifference: difference, grace }))
    .emitStrategy(emit)
    .reduce((left, right) => left + right, { materialized: { name: 'windows' } })
    .toStream()
    .process(() => ({
      process: ({ key: { key, window }, value, timestamp }) => {
        updates.push(`${key} ${window.start}-${window.end} ${value} @${timestamp}`);
      },
    }));
  const driver = new TopologyTestDriver(builder.build(), { statestoreCacheMaxBytes: 0 });
  const input = driver.createInputTopic('in', text);
  for (const [key, timestamp, value = 'x'] of records) input.pipeInput(key, value, { timestamp });
  const drops = driver.metrics().filter(({ name }) => name === 'dropped-records-total');
  return { updates, drops: drops.map(({ tags, value }) => [tags['reason'], value]) };
};

/** The last value of each window. */
const windowsOf = (updates: readonly string[]): string[] =>
  [...new Map(updates.map((update) => [update.split(' ', 2).join(' '), update])).values()].sort();

describe('sliding windows', () => {
  test('end with each record, and begin behind each that others follow', () => {
    const { updates } = run([
      ['a', 20, 'p'],
      ['a', 25, 'q'],
      ['a', 40, 'r'],
    ]);
    expect(updates).toEqual(['a 10-20 p @20', 'a 21-31 q @25', 'a 15-25 pq @25', 'a 30-40 r @40']);
  });

  test('an earlier record goes into the windows that hold it, and gets one behind it', () => {
    const { updates } = run([
      ['a', 30, 'q'],
      ['a', 25, 'p'],
    ]);
    expect(updates).toEqual(['a 20-30 q @30', 'a 20-30 qp @30', 'a 15-25 p @25', 'a 26-36 q @30']);
  });

  test('from before the first whole window lie in the one from 0 on', () => {
    const { updates } = run([
      ['a', 3, 'p'],
      ['a', 7, 'q'],
      ['a', 5, 'r'],
    ]);
    expect(windowsOf(updates)).toEqual(['a 0-10 pqr @7', 'a 4-14 qr @7', 'a 6-16 q @7']);
  });

  test('take no record once stream time is their grace past their end', () => {
    const { updates, drops } = run(
      [
        ['a', 100, 'p'],
        ['b', 85, 'q'],
        ['b', 84, 'r'],
      ],
      { grace: 5 },
    );
    expect(updates).toEqual(['a 90-100 p @100']);
    expect(drops).toEqual([['expired_window', 2]]);
  });

  test('drop records without a key or a value', () => {
    const { updates, drops } = run([
      [null, 20],
      ['a', 20, null],
    ]);
    expect(updates).toEqual([]);
    expect(drops).toEqual([
      ['null_key', 1],
      ['null_value', 1],
    ]);
  });

  test('hold what a walk over all records finds, when none is late', () => {
    const times = fc.uniqueArray(fc.nat(60), { maxLength: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), times, (difference, records) => {
        const starts = new Set([
          ...records.map((time) => Math.max(0, time - difference)),
          ...records.map((time) => time + 1),
        ]);
        const expected = [...starts].flatMap((start) => {
          const inside = records.filter((time) => time >= start && time <= start + difference);
          return inside.length === 0 ? [] : [`a ${start}-${start + difference} ${inside.length}`];
        });
        const { updates } = run(
          records.map((time) => ['a', time]),
          { difference },
        );
        const got = windowsOf(updates).map((window) => {
          const [key, place, value = ''] = window.split(' ');
          return `${key} ${place} ${value.length}`;
        });
        expect(got).toEqual(expected.sort());
      }),
      { numRuns: 100 },
    );
  });

  test('with a difference of 0 fail with the first record, as in Kafka Streams', () => {
    expect(() => run([['a', 20]], { difference: 0 })).toThrow(/time difference of 0/);
  });

  test('come once, when stream time has passed their end and grace', () => {
    const records: Input[] = [
      ['a', 20, 'p'],
      ['b', 21, 'q'],
      ['a', 25, 'r'],
      ['a', 28, 's'],
    ];
    expect(run(records, { grace: 2, emit: 'onWindowClose' }).updates).toEqual([
      'a 10-20 p @20',
      'b 11-21 q @21',
      'a 15-25 pr @25',
    ]);
  });
});
