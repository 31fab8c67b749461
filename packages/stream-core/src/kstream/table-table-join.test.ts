import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { TimestampedKeyValueStore } from '../state/key-value-store.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KTable } from './api.ts';
import type { MaterializedAs } from './options/materialized.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Kind = 'join' | 'leftJoin' | 'outerJoin';
type Input = readonly [topic: 'left' | 'right', value: string | null, timestamp?: number, key?: string | null];

const joined = (
  kind: Kind,
  left: KTable<string, string>,
  { right, options }: { readonly right: KTable<string, string>; readonly options: MaterializedAs<string, string> },
): KTable<string, string> => {
  const joiner = (leftValue: string | null, rightValue: string | null) => `${leftValue}+${rightValue}`;
  if (kind === 'join') return left.join(right, joiner, options);
  return kind === 'leftJoin' ? left.leftJoin(right, joiner, options) : left.outerJoin(right, joiner, options);
};

const join = (kind: Kind, records: readonly Input[], options: MaterializedAs<string, string> = {}) => {
  const builder = new StreamsBuilder();
  const left = builder.table('left', text);
  const table = joined(kind, left, { right: builder.table('right', text), options });
  table.toStream().to('out', text);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology);
  const inputs = { left: driver.createInputTopic('left', text), right: driver.createInputTopic('right', text) };
  for (const [topic, value, timestamp = 0, key = 'a'] of records) inputs[topic].pipeInput(key, value, { timestamp });
  const updates = driver.createOutputTopic('out', text).readRecords();
  return { updates, driver, topology, queryable: table.queryableStoreName };
};

const shown = ({ updates }: ReturnType<typeof join>) => updates.map(({ value, timestamp }) => `${value}@${timestamp}`);

const history: readonly Input[] = [
  ['left', 'l1', 5],
  ['right', 'r1', 3],
  ['left', 'l2', 4],
  ['left', null, 9],
  ['right', 'r2', 8],
  ['right', null, 2],
];

describe('the updates of a join', () => {
  test('of both tables: the entries that both have, with the larger timestamp', () => {
    expect(shown(join('join', history))).toEqual(['l1+r1@5', 'l2+r1@4', 'null@9']);
  });

  test('of the left table: all of its entries', () => {
    expect(shown(join('leftJoin', history))).toEqual(['l1+null@5', 'l1+r1@5', 'l2+r1@4', 'null@9']);
  });

  test('of either table: all entries of both', () => {
    expect(shown(join('outerJoin', history))).toEqual([
      'l1+null@5',
      'l1+r1@5',
      'l2+r1@4',
      'null+r1@9',
      'null+r2@8',
      'null@2',
    ]);
  });

  test('delete an entry that never met a partner, if it was a result', () => {
    const alone = (kind: Kind, topic: 'left' | 'right') =>
      shown(
        join(kind, [
          [topic, 'x', 1],
          [topic, null, 2],
        ]),
      );
    expect(alone('join', 'left')).toEqual([]);
    expect(alone('leftJoin', 'left')).toEqual(['x+null@1', 'null@2']);
    expect(alone('leftJoin', 'right')).toEqual([]);
    expect(alone('outerJoin', 'left')).toEqual(['x+null@1', 'null@2']);
    expect(alone('outerJoin', 'right')).toEqual(['null+x@1', 'null@2']);
  });

  test('say nothing of a deletion of what nobody had', () => {
    for (const kind of ['join', 'leftJoin', 'outerJoin'] as const) {
      expect(
        shown(
          join(kind, [
            ['left', null],
            ['right', null],
          ]),
        ),
      ).toEqual([]);
    }
  });
});

describe('whatever happens to both tables', () => {
  const keep = {
    join: (left: string | null, right: string | null) => left !== null && right !== null,
    leftJoin: (left: string | null) => left !== null,
    outerJoin: (left: string | null, right: string | null) => left !== null || right !== null,
  };
  const record = fc.record({
    topic: fc.constantFrom('left' as const, 'right' as const),
    key: fc.constantFrom('a', 'b'),
    value: fc.option(fc.constantFrom('x', 'y', 'z')),
  });

  test.each(['join', 'leftJoin', 'outerJoin'] as const)(
    '%s has the entries that the last values of both have',
    (kind) => {
      fc.assert(
        fc.property(fc.array(record, { maxLength: 12 }), (records) => {
          const last = { left: new Map<string, string | null>(), right: new Map<string, string | null>() };
          for (const { topic, key, value } of records) last[topic].set(key, value);
          const expected: string[] = [];
          for (const key of ['a', 'b']) {
            const [left = null, right = null] = [last.left.get(key), last.right.get(key)];
            if (keep[kind](left, right)) expected.push(`${key} ${left}+${right}`);
          }
          const { updates } = join(
            kind,
            records.map(({ topic, key, value }): Input => [topic, value, 0, key]),
          );
          const entries = [...new Map(updates.map(({ key, value }) => [key, value]))];
          const found = entries.filter(([, value]) => value !== null).map(([key, value]) => `${key} ${value}`);
          expect(found.sort()).toEqual(expected);
        }),
        { numRuns: 25 },
      );
    },
  );
});

describe('names', () => {
  test('go to the nodes of the join and its store, under which it is queryable', () => {
    const { topology, driver, queryable } = join('join', history.slice(0, 2), {
      name: 'j',
      materialized: { ...text, name: 'joined' },
    });
    const description = topology.describe();
    expect(description).toMatch(/Processor: j-join-this \(stores: \[right-STATE-STORE-\d+\]\)/);
    expect(description).toMatch(/Processor: j-join-other \(stores: \[left-STATE-STORE-\d+\]\)/);
    expect(description).toContain('Processor: j (stores: [joined])');
    expect(queryable).toBe('joined');
    const store = driver.getStateStore<TimestampedKeyValueStore<string, string>>('joined');
    expect(store?.get('a')).toEqual({ value: 'l1+r1', timestamp: 5 });
  });

  test('of topics: they must be partitioned alike', () => {
    expect(join('join', []).topology.graph.copartitionGroups()).toEqual([['left', 'right']]);
    expect(join('join', []).queryable).toBeNull();
  });
});
