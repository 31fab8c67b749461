import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { KeyValueStore, TimestampedKeyValueStore } from '../state/key-value-store.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KTable } from './api.ts';
import type { ValueTransformer } from './functions.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };
/** A table of whatever types. */
interface AnyTable {
  toStream(): { to(topic: string, options: never): void };
}
type Pair = readonly [key: string, value: string | null];

/** The updates of a table made of another one, as pairs. */
const updates = (
  build: (table: KTable<string, string>, builder: StreamsBuilder) => AnyTable,
  ...records: readonly Pair[]
) => {
  const builder = new StreamsBuilder();
  const json = { key: serdes.string(), value: serdes.json<unknown>() };
  build(builder.table('in', text), builder)
    .toStream()
    .to('out', json as never);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology);
  const input = driver.createInputTopic('in', text);
  for (const [key, value] of records) input.pipeInput(key, value);
  return { pairs: driver.createOutputTopic('out', json).readPairs(), driver, description: topology.describe() };
};

const stored = { materialized: { name: 'store' } };

describe('filter', () => {
  const long = (_key: string, value: string) => value.length > 1;

  test('deletes an entry that ceases to satisfy the predicate, which never sees a deletion', () => {
    const { pairs } = updates((table) => table.filter(long), ['a', 'xx'], ['a', 'x'], ['b', 'yy'], ['b', null]);
    expect(pairs).toEqual([
      ['a', 'xx'],
      ['a', null],
      ['b', 'yy'],
      ['b', null],
    ]);
  });

  test('with a store says nothing of an entry that was not there and is not there now', () => {
    const { pairs } = updates(
      (table) => table.filter(long, stored),
      ['a', 'x'],
      ['a', null],
      ['b', 'yy'],
      ['b', 'y'],
      ['b', 'z'],
    );
    expect(pairs).toEqual([
      ['b', 'yy'],
      ['b', null],
    ]);
  });

  test('behind a table that knows what was there says nothing of it either, without a store of its own', () => {
    const builder = new StreamsBuilder();
    const table = builder.table('in', { ...text, materialized: { name: 'known', caching: false } });
    table.filter(long).toStream().to('out', text);
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const value of ['x', 'yy', 'y', 'z', null]) input.pipeInput('a', value);
    expect(driver.createOutputTopic('out', text).readPairs()).toEqual([
      ['a', 'yy'],
      ['a', null],
    ]);
  });

  test('filterNot keeps the others', () => {
    const { pairs } = updates((table) => table.filterNot(long), ['a', 'xx'], ['a', 'x']);
    expect(pairs).toEqual([
      ['a', null],
      ['a', 'x'],
    ]);
  });
});

describe('mapValues', () => {
  test('maps values with their keys; a deletion stays one and reaches no mapper', () => {
    const { pairs } = updates(
      (table) => table.mapValues((value, key) => `${key}${value.length}`),
      ['a', 'xx'],
      ['a', null],
    );
    expect(pairs).toEqual([
      ['a', 'a2'],
      ['a', null],
    ]);
  });
});

describe('whatever happens to a table', () => {
  const history = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(fc.constantFrom('', 'x', 'yy', 'zzz'))), {
    maxLength: 12,
  });
  const lastOf = (pairs: Iterable<readonly [unknown, unknown]>) =>
    new Map([...new Map(pairs)].filter(([, value]) => value !== null));

  test.each([true, false])(
    'its filtered and mapped entries are those of its last values; with a store: %s',
    (hasStore) => {
      const options = hasStore ? { materialized: { name: 'store', value: serdes.string() } } : {};
      fc.assert(
        fc.property(history, (records) => {
          const last = [...lastOf(records)] as [string, string][];
          const filtered = updates((table) => table.filter((_key, value) => value.length > 1, options), ...records);
          expect(lastOf(filtered.pairs as [string, unknown][])).toEqual(
            new Map(last.filter(([, value]) => value.length > 1)),
          );
          const mapped = updates((table) => table.mapValues((value) => `${value}!`, options), ...records);
          expect(lastOf(mapped.pairs as [string, unknown][])).toEqual(
            new Map(last.map(([key, value]) => [key, `${value}!`])),
          );
        }),
        { numRuns: 25 },
      );
    },
  );

  test('a grouped count is how many entries have each value now', () => {
    fc.assert(
      fc.property(history, (records) => {
        const expected = new Map<unknown, number>();
        for (const value of lastOf(records).values()) expected.set(value, (expected.get(value) ?? 0) + 1);
        const { pairs } = updates((table) => table.groupBy((key, value) => [value, key], text).count(), ...records);
        const counts = [...new Map(pairs as [string, number][])].filter(([, count]) => count > 0);
        expect(new Map(counts)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});

describe('transformValues', () => {
  test('transforms deletions too, with stores of its own, and is closed with the task', () => {
    const events: string[] = [];
    const seen = stores.keyValueStore({ name: 'seen', key: serdes.string(), value: serdes.long() });
    const supplier = (): ValueTransformer<string, string, string> => {
      let store: KeyValueStore<string, number> | null = null;
      return {
        init: (context) => {
          store = context.getStateStore(seen);
        },
        transform: (key, value) => {
          const count = (store?.get(key) ?? 0) + 1;
          store?.put(key, count);
          return `${value} ${count}`;
        },
        close: () => events.push('closed'),
      };
    };
    const { pairs, driver } = updates(
      (table) => table.transformValues(supplier, { stores: [seen] }),
      ['a', 'x'],
      ['a', null],
    );
    expect(pairs).toEqual([
      ['a', 'x 1'],
      ['a', 'null 2'],
    ]);
    driver.close();
    expect(events).toEqual(['closed']);
  });

  test('sees no record while a join looks its table up, and the record in hand is there again afterwards', () => {
    const seen: unknown[] = [];
    const builder = new StreamsBuilder();
    const looking = builder.table('table', text).transformValues<string>(() => {
      let metadata: () => unknown = () => null;
      return {
        init: (context) => {
          metadata = () => context.recordMetadata()?.topic ?? null;
        },
        transform: (_key, value) => {
          seen.push(metadata());
          return value;
        },
      };
    });
    builder
      .stream('in', text)
      .join(looking, (left, right) => left + right)
      .to((_key, _value, { topic }) => `behind-${topic}`, text);
    const driver = new TopologyTestDriver(builder.build());
    driver.createInputTopic('table', text).pipeInput('a', 'y');
    driver.createInputTopic('in', text).pipeInput('a', 'x');
    expect(seen).toEqual(['table', null]);
    expect(driver.createOutputTopic('behind-in', text).readPairs()).toEqual([['a', 'xy']]);
  });
});

describe('toStream', () => {
  test('has every update under its key, or under another one', () => {
    const builder = new StreamsBuilder();
    const table = builder.table('in', text);
    table.toStream({ name: 'streaming' }).to('same', text);
    table.toStream((key, value) => `${key}-${value}`, { name: 'again' }).to('other', text);
    const topology = builder.build();
    const driver = new TopologyTestDriver(topology);
    const input = driver.createInputTopic('in', text);
    input.pipeInput('a', 'x');
    input.pipeInput('a', null);
    expect(driver.createOutputTopic('same', text).readPairs()).toEqual([
      ['a', 'x'],
      ['a', null],
    ]);
    expect(driver.createOutputTopic('other', text).readPairs()).toEqual([
      ['a-x', 'x'],
      ['a-null', null],
    ]);
    expect(topology.describe()).toMatch(/Processor: again [^P]*--> KSTREAM-KEY-SELECT-\d+/);
  });
});

describe('a store', () => {
  test('of an operator is kept when it has a name, and is what the table can be queried under', () => {
    let names: (string | null)[] = [];
    const { driver, description } = updates(
      (table) => {
        const unnamed = table.mapValues((value) => value, { materialized: { caching: false } });
        const named = table.mapValues((value) => `${value}!`, {
          name: 'own',
          materialized: { ...text, name: 'store' },
        });
        names = [table.queryableStoreName, unnamed.queryableStoreName, named.queryableStoreName];
        return named;
      },
      ['a', 'x'],
    );
    expect(names).toEqual([null, null, 'store']);
    expect(description).toContain('Processor: own (stores: [store])');
    const store = driver.getStateStore<TimestampedKeyValueStore<string, string>>('store');
    expect(store?.get('a')).toEqual({ value: 'x!', timestamp: 0 });
  });

  test('that keeps no timestamps reads every value as of time -1', () => {
    const { driver } = updates(
      (table) =>
        table.mapValues((value) => value, {
          materialized: { ...text, name: 'store', timestamped: false, caching: false },
        }),
      ['a', 'x'],
    );
    const store = driver.getStateStore<TimestampedKeyValueStore<string, string>>('store');
    expect(store?.get('a')).toEqual({ value: 'x', timestamp: -1 });
  });
});
