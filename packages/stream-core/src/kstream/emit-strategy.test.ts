import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';
import type { TimeWindows } from './windows/windows.ts';
import { timeWindows } from './windows/windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Input = readonly [key: string, timestamp: number];

const run = (windows: TimeWindows, records: readonly Input[], persistent = true) => {
  const builder = new StreamsBuilder();
  const results: string[] = [];
  builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(windows)
    .emitStrategy('onWindowClose')
    .count({ materialized: { name: 'counts', persistent } })
    .toStream()
    .process(() => ({
      process: ({ key: { key, window }, value, timestamp }) => {
        results.push(`${key} ${window.start} ${value} @${timestamp}`);
      },
    }));
  const driver = new TopologyTestDriver(builder.build());
  const input = driver.createInputTopic('in', text);
  for (const [key, timestamp] of records) input.pipeInput(key, 'x', { timestamp });
  return results;
};

describe('windows that are emitted on their close', () => {
  test.each([true, false])(
    'come once, with their latest timestamp, in the order of time (persistent: %s)',
    (persistent) => {
      const windows = timeWindows({ size: 10, grace: 10 });
      expect(
        run(
          windows,
          [
            ['b', 1],
            ['a', 12],
            ['c', 2],
            ['a', 15],
            ['a', 19],
            ['b', 20],
            ['a', 30],
            ['a', 35],
          ],
          persistent,
        ),
      ).toEqual(['b 0 1 @1', 'c 0 1 @2', 'a 10 3 @19']);
    },
  );

  test('hopping ones close one after the other', () => {
    const windows = timeWindows({ size: 10, advanceBy: 5 });
    expect(
      run(windows, [
        ['a', 7],
        ['a', 9],
        ['a', 10],
        ['a', 16],
      ]),
    ).toEqual(['a 0 2 @9', 'a 5 3 @10']);
  });
});
