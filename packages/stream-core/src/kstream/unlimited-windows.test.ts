import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { unlimitedWindows } from './windows/unlimited-windows.ts';

const text = { key: serdes.string(), value: serdes.string() };

describe('an unlimited window', () => {
  test('takes every record from its start on, however late', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .groupByKey()
      .windowedBy(unlimitedWindows({ start: 10 }))
      .count({ materialized: { name: 'counts' } })
      .toStream()
      .to('out');
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const timestamp of [9, 1_000_000_000, 10, 11]) input.pipeInput('a', 'x', { timestamp });
    const windowed = { key: serdes.timeWindowed(serdes.string(), Number.MAX_SAFE_INTEGER), value: serdes.long() };
    const records = driver.createOutputTopic('out', windowed).readRecords();
    const window = { start: 10, end: Number.MAX_SAFE_INTEGER };
    expect(records.map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
      [{ key: 'a', window }, 1, 1_000_000_000],
      [{ key: 'a', window }, 2, 1_000_000_000],
      [{ key: 'a', window }, 3, 1_000_000_000],
    ]);
  });

  test('has no close to be emitted on', () => {
    const windowed = new StreamsBuilder().stream('in', text).groupByKey().windowedBy(unlimitedWindows());
    expect(() => windowed.emitStrategy('onWindowClose').count()).toThrow(/never closes/);
  });

  test.each([-1, 0.5])('does not start at %d', (start) => {
    expect(() => unlimitedWindows({ start })).toThrow(RangeError);
  });
});
