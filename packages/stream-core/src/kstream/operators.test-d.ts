import { describe, expectTypeOf, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { KGroupedTable, KStream, KTable } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { joinWindows } from './windows/windows.ts';

const builder = new StreamsBuilder();
const words = builder.stream('words', { key: serdes.string(), value: serdes.string() });
const amounts = builder.stream('amounts', { key: serdes.bigint(), value: serdes.long() });
const names = builder.table('names', { key: serdes.string(), value: serdes.string() });
const numbers = builder.table('numbers', { key: serdes.bigint(), value: serdes.long() });
const windows = joinWindows({ timeDifference: 1 });

describe('operators infer their types', () => {
  test('sources by pattern', () => {
    const matched = builder.stream(/orders-.*/, { key: serdes.string(), value: serdes.long() });
    expectTypeOf(matched).toEqualTypeOf<KStream<string, number>>();
  });

  test('that let records pass', () => {
    for (const passed of [
      words.filterNot((key, value) => key === value),
      words.peek((key, value) => key + value),
      words.merge(words),
      words.repartition({ partitions: 3, partitioner: (_topic, key, value) => key.length + value.length }),
    ]) {
      expectTypeOf(passed).toEqualTypeOf<KStream<string, string>>();
    }
    const branches = words
      .split()
      .branch((key, value) => key === value)
      .defaultBranch();
    expectTypeOf(branches).toEqualTypeOf<ReadonlyMap<string, KStream<string, string>>>();
  });

  test('of stores and processors', () => {
    const lengths = words.processValues<number>(() => ({
      process: ({ key, value }) => expectTypeOf([key, value]).toEqualTypeOf<string[]>(),
    }));
    expectTypeOf(lengths).toEqualTypeOf<KStream<string, number>>();
    const kept = words.process(() => ({ process: ({ key }) => expectTypeOf(key).toEqualTypeOf<string>() }));
    expectTypeOf(kept).toEqualTypeOf<KStream<string, string>>();
  });

  test('of groups by another key', () => {
    const grouped = words.groupBy((_key, value) => value.length);
    expectTypeOf(grouped.reduce((left, right) => left + right)).toEqualTypeOf<KTable<number, string>>();
  });

  test('of tables', () => {
    expectTypeOf(names.filter((key, value) => key === value)).toEqualTypeOf<KTable<string, string>>();
    expectTypeOf(names.filterNot((key, value) => key === value)).toEqualTypeOf<KTable<string, string>>();
    expectTypeOf(names.mapValues((value) => value.length)).toEqualTypeOf<KTable<string, number>>();
    const grouped = names.groupBy((key, value) => [value.length, key]);
    expectTypeOf(grouped).toEqualTypeOf<KGroupedTable<number, string>>();
    const sums = grouped.aggregate(
      () => 0n,
      (key, value, sum) => sum + BigInt(key + value.length),
      (key, value, sum) => sum - BigInt(key + value.length),
    );
    expectTypeOf(sums).toEqualTypeOf<KTable<number, bigint>>();
    const joined = names.outerJoin(names, (left, right) => [left, right] as const);
    expectTypeOf(joined).toEqualTypeOf<KTable<string, readonly [string | null, string | null]>>();
  });
});

describe('what does not fit does not compile', () => {
  test('keys of another type', () => {
    // @ts-expect-error the streams have different keys
    words.join(amounts, (left) => left, windows);
    // @ts-expect-error the table has other keys than the stream
    words.join(numbers, (left: string) => left);
    // @ts-expect-error the table has other keys than the stream
    words.leftJoin(numbers, (left: string) => left);
    // @ts-expect-error the streams have different keys
    words.outerJoin(amounts, (left) => left, windows);
    // @ts-expect-error the streams have different types
    words.merge(amounts);
  });

  test('serdes of another type', () => {
    // @ts-expect-error the key is a string
    words.to('out', { key: serdes.bigint() });
    // @ts-expect-error the value is a string
    words.groupByKey({ value: serdes.bigint() });
    // @ts-expect-error the key is a number
    words.groupBy((_key, value) => value.length, { key: serdes.string() });
    // @ts-expect-error the key is a string
    words.repartition({ key: serdes.bigint() });
    // @ts-expect-error a count is a number
    words.groupByKey().count({ materialized: { value: serdes.string() } });
  });
});
