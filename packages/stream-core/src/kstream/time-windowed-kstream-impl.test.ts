import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { TimestampedWindowStore } from '../state/window-store.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { StreamsBuilder } from './streams-builder.ts';
import type { TimeWindows } from './windows/windows.ts';
import { timeWindows } from './windows/windows.ts';

const numbers = { key: serdes.string(), value: serdes.integer() };
type Input = readonly [key: string | null, timestamp: number, value?: number | null];

/** The counts of windows, as `start key count`, for every update. */
const count = (windows: TimeWindows, records: readonly Input[], options: MaterializedAs<string, number> = {}) => {
  const builder = new StreamsBuilder();
  builder.stream('in', numbers).groupByKey().windowedBy(windows).count(options).toStream().to('out');
  const driver = new TopologyTestDriver(builder.build());
  const input = driver.createInputTopic('in', numbers);
  for (const [key, timestamp, value = 1] of records) input.pipeInput(key, value, { timestamp });
  const windowed = { key: serdes.timeWindowed(serdes.string(), windows.sizeMs), value: serdes.long() };
  const updates = driver
    .createOutputTopic('out', windowed)
    .readRecords()
    .map(({ key, value }) => `${key?.window.start} ${key?.key} ${value}`);
  return { updates, driver, drops: dropsOf(driver) };
};

const dropsOf = (driver: TopologyTestDriver) =>
  driver
    .metrics()
    .filter(({ name }) => name === 'dropped-records-total')
    .map(({ tags, value }) => [tags['reason'], value]);

describe('windows', () => {
  test('count the records of a key in each window that holds them', () => {
    const hopping = timeWindows({ size: 10, advanceBy: 5 });
    expect(
      count(hopping, [
        ['a', 3],
        ['a', 7],
        ['b', 7],
        ['a', 10],
      ]).updates,
    ).toEqual(['0 a 1', '0 a 2', '5 a 1', '0 b 1', '5 b 1', '5 a 2', '10 a 1']);
  });

  test('take late records until stream time is their grace past their end, and count those that they do not', () => {
    const windows = timeWindows({ size: 10, grace: 5 });
    const { updates, drops } = count(windows, [
      ['a', 1],
      ['a', 14],
      ['a', 9],
      ['a', 15],
      ['a', 9],
      ['a', 10],
    ]);
    expect(updates).toEqual(['0 a 1', '10 a 1', '0 a 2', '10 a 2', '10 a 3']);
    expect(drops).toEqual([['expired_window', 1]]);
  });

  test('close for all keys at once, by the time of the operator', () => {
    const { updates } = count(timeWindows({ size: 10 }), [
      ['a', 1],
      ['b', 10],
      ['a', 2],
      ['c', 9],
    ]);
    expect(updates).toEqual(['0 a 1', '10 b 1']);
  });

  test('drop records without a key, and count those without a value', () => {
    const { updates, drops } = count(timeWindows({ size: 10 }), [
      [null, 1],
      ['a', 1, null],
    ]);
    expect(updates).toEqual(['0 a 1']);
    expect(drops).toEqual([['null_key', 1]]);
  });

  test('a record without a key moves no time: nothing is late because of it', () => {
    expect(
      count(timeWindows({ size: 10 }), [
        [null, 99],
        ['a', 1],
      ]).updates,
    ).toEqual(['0 a 1']);
  });

  test('hold what a walk over all records finds, when none is late', () => {
    const shape = fc
      .integer({ min: 1, max: 20 })
      .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size })));
    const times = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(60)), { maxLength: 10 });
    fc.assert(
      fc.property(shape, times, ([size, advanceBy], records) => {
        const expected: string[] = [];
        for (const key of ['a', 'b']) {
          for (let start = 0; start <= 60; start += advanceBy) {
            const inside = records.filter(([own, time]) => own === key && start <= time && time < start + size);
            if (inside.length > 0) expected.push(`${start} ${key} ${inside.length}`);
          }
        }
        const { updates } = count(timeWindows({ size, advanceBy, grace: 100 }), records);
        const last = new Map(updates.map((update) => [update.slice(0, update.lastIndexOf(' ')), update]));
        expect([...last.values()].sort()).toEqual(expected.sort());
      }),
      { numRuns: 25 },
    );
  });
});

describe('other aggregations', () => {
  const drive = (build: 'reduce' | 'aggregate') => {
    const builder = new StreamsBuilder();
    const windowed = builder
      .stream('in', numbers)
      .groupByKey()
      .windowedBy(timeWindows({ size: 10 }));
    const table =
      build === 'reduce'
        ? windowed.reduce((sum, value) => (value === 0 ? null : 10 * sum + value), { materialized: { name: 'store' } })
        : windowed.aggregate(
            () => 100,
            (_key, value, sum) => (value === 0 ? null : sum + value),
            { materialized: { name: 'store', value: serdes.integer() } },
          );
    table.toStream().to('out');
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', numbers);
    for (const value of [1, 2, 0, 3]) input.pipeInput('a', value, { timestamp: 5 });
    const out = { key: serdes.timeWindowed(serdes.string(), 10), value: serdes.integer() };
    return driver
      .createOutputTopic('out', out)
      .readRecords()
      .map(({ value }) => value);
  };

  test('reduce begins a window with its first value, aggregate with the initial one, and null deletes', () => {
    expect(drive('reduce')).toEqual([1, 12, null, 3]);
    expect(drive('aggregate')).toEqual([101, 103, null, 103]);
  });
});

describe('the store', () => {
  const windows = timeWindows({ size: 10, grace: 5 });

  test('keeps the value and the largest timestamp of each window', () => {
    const { driver } = count(
      windows,
      [
        ['a', 7],
        ['a', 3],
      ],
      { materialized: { name: 'counts' } },
    );
    const store = driver.getStateStore<TimestampedWindowStore<string, number>>('counts');
    expect(store?.fetch('a', 0)).toEqual({ value: 2, timestamp: 7 });
  });

  test('keeps windows at least for their size and grace', () => {
    const build = (retention: number) => () => count(windows, [], { materialized: { name: 'counts', retention } });
    expect(build(15)).not.toThrow();
    expect(build(14)).toThrow(
      new RangeError('store counts: a retention of 14 ms is shorter than window size and grace together (15 ms)'),
    );
    expect(build(-1)).toThrow(/^retention: -1 is not a duration/);
  });
});
