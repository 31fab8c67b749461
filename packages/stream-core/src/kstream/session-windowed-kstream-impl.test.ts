import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { SessionStore } from '../state/session-store.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KTable, SessionWindowedKStream } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { sessionWindows } from './windows/session-windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Input = readonly [key: string | null, timestamp: number, value?: string | null];
type Sessions = SessionWindowedKStream<string, string>;
type Table<V> = KTable<{ readonly key: string; readonly window: { readonly start: number; readonly end: number } }, V>;

interface Run<V> {
  readonly gap?: number;
  readonly grace?: number;
  readonly cache?: number;
  readonly records: readonly Input[];
  readonly aggregate: (sessions: Sessions) => Table<V>;
}

/** Every update as `key start-end value @timestamp`. */
const run = <V>({ gap = 10, grace = 0, cache = 0, records, aggregate }: Run<V>) => {
  const builder = new StreamsBuilder();
  const sessions = builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(sessionWindows({ inactivityGap: gap, grace }));
  const updates: string[] = [];
  aggregate(sessions)
    .toStream()
    .process(() => ({
      process: ({ key: { key, window }, value, timestamp }) => {
        updates.push(`${key} ${window.start}-${window.end} ${value} @${timestamp}`);
      },
    }));
  const driver = new TopologyTestDriver(builder.build(), { statestoreCacheMaxBytes: cache });
  const input = driver.createInputTopic('in', text);
  for (const [key, timestamp, value = 'x'] of records) input.pipeInput(key, value, { timestamp });
  const drops = driver.metrics().filter(({ name }) => name === 'dropped-records-total');
  return { updates, driver, drops: drops.map(({ tags, value }) => [tags['reason'], value]) };
};

const counted = (records: readonly Input[], options: { readonly grace?: number; readonly cache?: number } = {}) =>
  run({ ...options, records, aggregate: (sessions) => sessions.count({ materialized: { name: 'counts' } }) });

describe('sessions', () => {
  test('grow with each record within the gap: the one that was is deleted, then comes the one that is', () => {
    const { updates } = counted([
      ['a', 5],
      ['b', 6],
      ['a', 15],
      ['a', 26],
    ]);
    expect(updates).toEqual(['a 5-5 1 @5', 'b 6-6 1 @6', 'a 5-5 null @5', 'a 5-15 2 @15', 'a 26-26 1 @26']);
  });

  test('are merged by a record between them, and a late record of a live session is kept', () => {
    const { updates, drops } = counted(
      [
        ['a', 0],
        ['a', 18],
        ['a', 9],
        ['a', 30],
      ],
      { grace: 20 },
    );
    expect(updates).toEqual([
      'a 0-0 1 @0',
      'a 18-18 1 @18',
      'a 0-0 null @0',
      'a 18-18 null @18',
      'a 0-18 3 @18',
      'a 30-30 1 @30',
    ]);
    expect(drops).toEqual([]);
  });

  test('take no record once their end is gap and grace ago', () => {
    const { updates, drops } = counted(
      [
        ['a', 100],
        ['b', 86],
        ['b', 80],
        ['c', 84],
      ],
      { grace: 5 },
    );
    expect(updates).toEqual(['a 100-100 1 @100', 'b 86-86 1 @86', 'b 86-86 null @86', 'b 80-86 2 @86']);
    expect(drops).toEqual([['expired_window', 1]]);
  });

  test('of one moment are overwritten and not deleted; a null key is dropped, a null value counts', () => {
    const { updates, drops } = counted([
      ['a', 5],
      ['a', 5, null],
      [null, 99],
    ]);
    expect(updates).toEqual(['a 5-5 1 @5', 'a 5-5 2 @5']);
    expect(drops).toEqual([['null_key', 1]]);
  });

  test('behind the record cache come when it is flushed: what came and went in between does not', () => {
    const records: Input[] = [
      ['a', 5],
      ['a', 15],
    ];
    expect(counted(records, { cache: 10_000 }).updates).toEqual(['a 5-5 1 @5', 'a 5-5 null @5', 'a 5-15 2 @15']);
  });

  test('can be looked up by key', () => {
    const { driver } = counted([
      ['a', 5],
      ['a', 40],
    ]);
    const store = driver.getStateStore<SessionStore<string, number>>('counts');
    expect([...(store?.fetch('a') ?? [])]).toEqual([{ key: { key: 'a', window: { start: 40, end: 40 } }, value: 1 }]);
  });
});

describe('other aggregations', () => {
  const records: Input[] = [
    ['a', 0, 'p'],
    ['a', 18, 'q'],
    ['a', 9, 'r'],
  ];
  const last = (updates: readonly string[]) => updates.at(-1);

  test('a reducer merges sessions too', () => {
    const { updates } = run({
      grace: 20,
      records,
      aggregate: (sessions) => sessions.reduce((left, right) => left + right),
    });
    expect(last(updates)).toBe('a 0-18 pqr @18');
  });

  test('an aggregate merges with the initial value first, then oldest to youngest, and adds the record last', () => {
    const { updates } = run({
      grace: 20,
      records,
      aggregate: (sessions) =>
        sessions.aggregate(
          () => '0',
          (_key, value, sum) => sum + value,
          (_key, left, right) => `(${left}~${right})`,
          { materialized: { value: serdes.string() } },
        ),
    });
    expect(last(updates)).toBe('a 0-18 ((0~0p)~0q)r @18');
  });

  test('null deletes the session', () => {
    const { updates } = run({
      records: [
        ['a', 0, 'p'],
        ['a', 1, 'q'],
        ['a', 2, 'r'],
      ],
      aggregate: (sessions) => sessions.reduce((left, right) => (right === 'q' ? null : left + right)),
    });
    expect(updates).toEqual(['a 0-0 p @0', 'a 0-0 null @0', 'a 0-1 null @1', 'a 2-2 r @2']);
  });
});

describe('emitted on their close', () => {
  const closed = (persistent: boolean, records: readonly Input[]) =>
    run({
      records,
      grace: 5,
      aggregate: (sessions) =>
        sessions.emitStrategy('onWindowClose').count({ materialized: { name: 'counts', persistent } }),
    }).updates;

  test.each([true, false])('sessions come once, by their end (persistent: %s)', (persistent) => {
    expect(
      closed(persistent, [
        ['b', 1],
        ['a', 3],
        ['a', 0],
        ['c', 18],
        ['c', 19],
      ]),
    ).toEqual(['b 1-1 1 @1', 'a 0-3 2 @3']);
  });
});

test('the store keeps sessions at least for their gap and grace', () => {
  const build = (retention: number) => () =>
    run({
      grace: 5,
      records: [],
      aggregate: (sessions) => sessions.count({ materialized: { name: 'counts', retention } }),
    });
  expect(build(15)).not.toThrow();
  expect(build(14)).toThrow(
    new RangeError('store counts: a retention of 14 ms is shorter than inactivity gap and grace together (15 ms)'),
  );
});
