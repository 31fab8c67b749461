import { describe, expectTypeOf, test } from 'vitest';

import type { Windowed } from '../common/window.ts';
import { serdes } from '../serdes/serdes.ts';
import type { KeyValueStore } from '../state/key-value-store.ts';
import { stores } from '../state/stores.ts';
import type { KGroupedStream, KGroupedTable, KStream, KTable } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { joinWindows, timeWindows } from './windows/windows.ts';

interface Payment {
  readonly payer: string;
  readonly amount: bigint;
}

const builder = new StreamsBuilder();
const payments = builder.stream('payments', { key: serdes.string(), value: serdes.json<Payment>() });
const names = builder.table('names', { key: serdes.string(), value: serdes.string() });
const numbers = builder.table('numbers', { key: serdes.bigint(), value: serdes.string() });
const windows = joinWindows({ timeDifference: '5s', grace: '1s' });

describe('inference', () => {
  test('a source has the types of its serdes', () => {
    expectTypeOf(payments).toEqualTypeOf<KStream<string, Payment>>();
    expectTypeOf(names).toEqualTypeOf<KTable<string, string>>();
  });

  test('a nullable source says that values may be null, another one does not', () => {
    const nullable = builder.stream('deletions', { key: serdes.string(), value: serdes.long(), nullable: true });
    expectTypeOf(nullable).toEqualTypeOf<KStream<string, number | null>>();
  });

  test('operators carry the types on', () => {
    expectTypeOf(payments.filter((_key, { amount }) => amount > 0n)).toEqualTypeOf<KStream<string, Payment>>();
    expectTypeOf(payments.mapValues(({ amount }) => amount)).toEqualTypeOf<KStream<string, bigint>>();
    expectTypeOf(payments.map((key, { amount }) => [amount, key])).toEqualTypeOf<KStream<bigint, string>>();
    expectTypeOf(payments.flatMap((key) => [[1, key]])).toEqualTypeOf<KStream<number, string>>();
    expectTypeOf(payments.flatMapValues(({ payer }) => [payer])).toEqualTypeOf<KStream<string, string>>();
    expectTypeOf(payments.selectKey((_key, { amount }) => amount)).toEqualTypeOf<KStream<bigint, Payment>>();
    expectTypeOf(payments.groupByKey()).toEqualTypeOf<KGroupedStream<string, Payment>>();
    expectTypeOf(payments.toTable()).toEqualTypeOf<KTable<string, Payment>>();
  });

  test('a type guard narrows the values', () => {
    const mixed = payments.mapValues((payment): Payment | null => payment);
    const isThere = (_key: string, value: Payment | null): value is Payment => value !== null;
    expectTypeOf(mixed.filter(isThere)).toEqualTypeOf<KStream<string, Payment>>();
  });

  test('aggregations', () => {
    const grouped = payments.groupByKey();
    expectTypeOf(grouped.count()).toEqualTypeOf<KTable<string, number>>();
    expectTypeOf(grouped.reduce((sum, payment) => ({ ...payment, amount: sum.amount + payment.amount }))).toEqualTypeOf<
      KTable<string, Payment>
    >();
    const sums = grouped.aggregate(
      () => 0n,
      (_key, { amount }, sum) => sum + amount,
    );
    expectTypeOf(sums).toEqualTypeOf<KTable<string, bigint>>();
    const windowed = grouped.windowedBy(timeWindows({ size: '5s' })).count();
    expectTypeOf(windowed).toEqualTypeOf<KTable<Windowed<string>, number>>();
  });

  test('joins, with null where there may be no partner', () => {
    const joined = payments.join(names, ({ amount }, name) => ({ amount, name }));
    expectTypeOf(joined).toEqualTypeOf<KStream<string, { amount: bigint; name: string }>>();
    payments.leftJoin(names, (_payment, name) => expectTypeOf(name).toEqualTypeOf<string | null>());
    payments.outerJoin(
      payments,
      (left, right) => {
        expectTypeOf(left).toEqualTypeOf<Payment | null>();
        expectTypeOf(right).toEqualTypeOf<Payment | null>();
      },
      windows,
    );
    expectTypeOf(names.join(names, (left, right) => left.length + right.length)).toEqualTypeOf<
      KTable<string, number>
    >();
  });

  test('a store builder tells the type of its store', () => {
    const counts = stores.keyValueStore({ name: 'counts', key: serdes.string(), value: serdes.long() });
    payments.process<string, number>(
      () => {
        let store: KeyValueStore<string, number> | null = null;
        return {
          init: (context) => {
            store = context.getStateStore(counts);
            expectTypeOf(store).toEqualTypeOf<KeyValueStore<string, number>>();
            context.forward({ key: 'a', value: 1, timestamp: 0, headers: [] });
            // @ts-expect-error this processor forwards numbers
            context.forward({ key: 'a', value: 'one', timestamp: 0, headers: [] });
          },
          process: () => undefined,
        };
      },
      { stores: [counts] },
    );
  });
});

describe('inference of functions', () => {
  const counted = payments
    .groupByKey()
    .windowedBy(timeWindows({ size: '5s' }))
    .count();

  test('toStream tells its mapper what key and value are, and takes the key that it returns', () => {
    const stream = counted.toStream((windowed, count) => {
      expectTypeOf(windowed).toEqualTypeOf<Windowed<string>>();
      expectTypeOf(count).toEqualTypeOf<number>();
      return windowed.window.start;
    });
    expectTypeOf(stream).toEqualTypeOf<KStream<number, number>>();
    expectTypeOf(counted.toStream((windowed) => windowed.key, { name: 'named' })).toEqualTypeOf<
      KStream<string, number>
    >();
  });

  test('toStream with a name alone, or with nothing, keeps the key', () => {
    expectTypeOf(counted.toStream()).toEqualTypeOf<KStream<Windowed<string>, number>>();
    expectTypeOf(counted.toStream({ name: 'named' })).toEqualTypeOf<KStream<Windowed<string>, number>>();
  });

  test('every function of an operator knows key and value without being told', () => {
    payments.filter((key, payment) => {
      expectTypeOf(key).toEqualTypeOf<string>();
      expectTypeOf(payment).toEqualTypeOf<Payment>();
      return true;
    });
    payments.mapValues((payment, key) => {
      expectTypeOf(payment).toEqualTypeOf<Payment>();
      expectTypeOf(key).toEqualTypeOf<string>();
    });
    payments.to((key, { payer }, context) => {
      expectTypeOf(context.topic).toEqualTypeOf<string | null>();
      return key + payer;
    });
    names.groupBy((key, name) => {
      expectTypeOf([key, name]).toEqualTypeOf<string[]>();
      return [name, key];
    });
  });

  test('a nullable source tells every function that the value may be null', () => {
    const nullable = builder.stream('deletions', { key: serdes.string(), value: serdes.long(), nullable: true });
    nullable.mapValues((value) => expectTypeOf(value).toEqualTypeOf<number | null>());
    nullable.groupByKey().reduce((sum, value) => {
      expectTypeOf(value).toEqualTypeOf<number | null>();
      return (sum ?? 0) + (value ?? 0);
    });
  });

  test('operators that change the key say so in their result', () => {
    expectTypeOf(payments.groupBy((_key, { amount }) => amount)).toEqualTypeOf<KGroupedStream<bigint, Payment>>();
    expectTypeOf(names.groupBy((key, name) => [name.length, key])).toEqualTypeOf<KGroupedTable<number, string>>();
    expectTypeOf(payments.process<bigint, number>(() => ({ process: () => undefined }))).toEqualTypeOf<
      KStream<bigint, number>
    >();
    expectTypeOf(payments.processValues<number>(() => ({ process: () => undefined }))).toEqualTypeOf<
      KStream<string, number>
    >();
    expectTypeOf(payments.repartition({ name: 'again' })).toEqualTypeOf<KStream<string, Payment>>();
  });

  test('an aggregator and a reducer may return null to delete, which the table does not show', () => {
    const sums = payments.groupByKey().aggregate(
      () => 0n,
      (_key, { amount }, sum) => (amount === 0n ? null : sum + amount),
    );
    expectTypeOf(sums).toEqualTypeOf<KTable<string, bigint>>();
    expectTypeOf(payments.groupByKey().reduce(() => null)).toEqualTypeOf<KTable<string, Payment>>();
  });

  test('branches are streams of the same types, by name', () => {
    const branches = payments
      .split({ name: 's-' })
      .branch((_key, { amount }) => amount > 0n)
      .noDefaultBranch();
    expectTypeOf(branches).toEqualTypeOf<ReadonlyMap<string, KStream<string, Payment>>>();
  });
});

describe('what must not compile', () => {
  test('joins of different keys', () => {
    // @ts-expect-error a stream keyed by string cannot join a table keyed by bigint
    payments.join(numbers, (left) => left);
    const byAmount = payments.selectKey((_key, { amount }) => amount);
    // @ts-expect-error neither can two streams of different keys
    payments.join(byAmount, (left) => left, windows);
    // @ts-expect-error nor two tables
    names.join(numbers, (left) => left);
  });

  test('merging other types', () => {
    // @ts-expect-error a stream of payments and one of numbers are not one stream
    payments.merge(payments.mapValues(({ amount }) => amount));
  });

  test('functions that give the wrong thing', () => {
    // @ts-expect-error a predicate says yes or no
    payments.filter(({ length }) => length);
    // @ts-expect-error map returns a pair
    payments.map((key) => key);
    // @ts-expect-error a reducer gives a value of the same type
    payments.groupByKey().reduce((left) => left.amount);
    // @ts-expect-error a mapper of toStream is no name
    names.toStream('name');
    // @ts-expect-error an outer join has windows
    payments.outerJoin(payments, (left) => left);
  });

  test('a fixed-key processor that forwards another type of key', () => {
    payments.processValues<number>(() => ({
      init: (context) => {
        // @ts-expect-error the key is a string
        context.forward({ key: 5, value: 1, timestamp: 0, headers: [] });
      },
      process: () => undefined,
    }));
  });

  test('serdes of other types', () => {
    // @ts-expect-error payments are not numbers
    payments.to('out', { value: serdes.long() });
    // @ts-expect-error keys are strings
    payments.groupByKey({ key: serdes.long() });
  });

  test('windows of another kind', () => {
    // @ts-expect-error a join takes join windows
    payments.join(payments, (left) => left, timeWindows({ size: '5s' }));
    // @ts-expect-error an aggregation takes time windows
    payments.groupByKey().windowedBy(windows);
    // @ts-expect-error a duration has a unit
    timeWindows({ size: '5 seconds' });
  });
});
