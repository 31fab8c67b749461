import { describe, expect, test } from 'vitest';

import { TopologyError } from '../errors/streams-error.ts';
import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { StreamJoined } from './options/joined.ts';
import { StreamsBuilder } from './streams-builder.ts';
import type { JoinWindows } from './windows/windows.ts';
import { joinWindows, legacyJoinWindows } from './windows/windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Kind = 'join' | 'leftJoin' | 'outerJoin';
type Joined = StreamJoined<string, string, string>;
type Input = readonly [side: 'left' | 'right', value: string | null, timestamp: number, key?: string | null];

const topologyOf = (kind: Kind, windows: JoinWindows, options: Joined = {}) => {
  const builder = new StreamsBuilder();
  const joiner = (left: string | null, right: string | null) => `${left}+${right}`;
  const left = builder.stream('left', text);
  const right = builder.stream('right', text);
  const joined = {
    join: () => left.join(right, joiner, windows, options),
    leftJoin: () => left.leftJoin(right, joiner, windows, options),
    outerJoin: () => left.outerJoin(right, joiner, windows, options),
  };
  joined[kind]().to('out', text);
  return builder.build();
};

/** The results as `value@timestamp`, in order. */
const join = (kind: Kind, windows: JoinWindows, ...records: readonly Input[]) => {
  const driver = new TopologyTestDriver(topologyOf(kind, windows), { emission: 'deterministic' });
  const inputs = { left: driver.createInputTopic('left', text), right: driver.createInputTopic('right', text) };
  for (const [side, value, timestamp, key = 'a'] of records) inputs[side].pipeInput(key, value, { timestamp });
  const results = driver.createOutputTopic('out', text).readRecords();
  const drops = driver.metrics().filter(({ name }) => name === 'dropped-records-total');
  return {
    results: results.map(({ value, timestamp }) => `${value}@${timestamp}`),
    keys: results.map(({ key }) => key),
    drops: drops.map(({ tags, value }) => [tags['reason'], value]),
  };
};

const around = joinWindows({ timeDifference: 10 });

describe('an inner join', () => {
  test('joins what is at most the difference apart, whichever comes first, with the larger timestamp', () => {
    expect(join('join', around, ['left', 'l', 20], ['right', 'r', 30]).results).toEqual(['l+r@30']);
    expect(join('join', around, ['right', 'r', 30], ['left', 'l', 20]).results).toEqual(['l+r@30']);
    expect(join('join', around, ['left', 'l', 20], ['right', 'r', 31]).results).toEqual([]);
    expect(join('join', around, ['right', 'r', 20], ['left', 'l', 31]).results).toEqual([]);
  });

  test('looks back as far as `before` says and ahead as far as `after`, seen from the left', () => {
    const windows = joinWindows({ timeDifference: 0, before: 2, after: 5, grace: 20 });
    const rights = [17, 18, 25, 26].map((time): Input => ['right', `r${time}`, time]);
    expect(join('join', windows, ...rights, ['left', 'l', 20]).results).toEqual(['l+r18@20', 'l+r25@25']);
    expect(join('join', windows, ['left', 'l', 20], ...rights).results).toEqual(['l+r18@20', 'l+r25@25']);
  });

  test('may want the right record to be later', () => {
    const windows = joinWindows({ timeDifference: 10, before: -3 });
    const rights = [20, 22, 23, 30].map((time): Input => ['right', `r${time}`, time]);
    expect(join('join', windows, ['left', 'l', 20], ...rights).results).toEqual(['l+r23@23', 'l+r30@30']);
  });

  test('joins every pair of a key, and no others', () => {
    const { results } = join(
      'join',
      around,
      ['left', 'l1', 1],
      ['left', 'l2', 1],
      ['right', 'r1', 1],
      ['right', 'r2', 2],
      ['right', 'other', 2, 'b'],
    );
    expect(results).toEqual(['l1+r1@1', 'l2+r1@1', 'l1+r2@2', 'l2+r2@2']);
  });

  test('drops what has no key or no value, on either side', () => {
    const { results, drops } = join(
      'join',
      around,
      ['left', 'l', 1, null],
      ['right', 'r', 1, null],
      ['left', null, 1],
      ['right', 'r', 1],
    );
    expect(results).toEqual([]);
    expect(drops).toEqual([
      ['null_key', 1],
      ['null_key', 1],
      ['null_value', 1],
    ]);
  });

  test('before the beginning of time looks no further back than 0', () => {
    expect(join('join', around, ['right', 'r', 0], ['left', 'l', 3]).results).toEqual(['l+r@3']);
  });
});

describe('a left join', () => {
  test('emits what met nobody once its window and grace are over, not a millisecond earlier', () => {
    const windows = joinWindows({ timeDifference: 10, grace: 5 });
    const next = (time: number) => join('leftJoin', windows, ['left', 'l', 20], ['left', 'next', time, 'b']).results;
    expect(next(35)).toEqual([]);
    expect(next(36)).toEqual(['l+null@20']);
  });

  test('does not emit it when a partner came in time, and says nothing of right records alone', () => {
    const { results } = join(
      'leftJoin',
      around,
      ['left', 'l', 20],
      ['right', 'r', 25],
      ['right', 'alone', 26, 'b'],
      ['left', 'next', 99, 'c'],
    );
    expect(results).toEqual(['l+r@25']);
  });

  test('emits in the order of time, not in that of arrival', () => {
    const { results } = join('leftJoin', around, ['left', 'l2', 12], ['left', 'l1', 11, 'b'], ['left', 'next', 99]);
    expect(results).toEqual(['l1+null@11', 'l2+null@12']);
  });

  test('emits a record at once whose window is over when it comes', () => {
    expect(join('leftJoin', around, ['right', 'r', 99], ['left', 'late', 20]).results).toEqual(['late+null@20']);
  });

  test('keeps left records without a key, which can meet nobody', () => {
    const { results, keys, drops } = join('leftJoin', around, ['left', 'l', 1, null], ['right', 'r', 1, null]);
    expect(results).toEqual(['l+null@1']);
    expect(keys).toEqual([null]);
    expect(drops).toEqual([['null_key', 1]]);
  });

  test('drops left records without a value', () => {
    const { results, drops } = join('leftJoin', around, ['left', null, 1], ['left', null, 1, null]);
    expect(results).toEqual([]);
    expect(drops).toEqual([
      ['null_value', 1],
      ['null_key', 1],
    ]);
  });

  test('with windows of old emits at once, and the match too', () => {
    const windows = legacyJoinWindows({ timeDifference: 10 });
    expect(join('leftJoin', windows, ['left', 'l', 20], ['right', 'r', 21]).results).toEqual(['l+null@20', 'l+r@21']);
  });
});

describe('an outer join', () => {
  test('emits what met nobody of either side', () => {
    const { results } = join(
      'outerJoin',
      around,
      ['left', 'l', 20],
      ['right', 'r', 21, 'b'],
      ['left', 'l2', 22, 'c'],
      ['right', 'r2', 22, 'c'],
      ['left', 'next', 99],
    );
    expect(results).toEqual(['l2+r2@22', 'l+null@20', 'null+r@21']);
  });

  test('waits for each side as long as the other may still come', () => {
    const windows = joinWindows({ timeDifference: 0, before: 2, after: 8 });
    const at = (time: number) =>
      join('outerJoin', windows, ['left', 'l', 20], ['right', 'r', 20, 'b'], ['left', 'next', time, 'c']).results;
    // The oldest of both waits until 28, though nobody can meet the right one after 22.
    expect(at(28)).toEqual([]);
    expect(at(29)).toEqual(['null+r@20', 'l+null@20']);
  });

  test('keeps records without a key of both sides', () => {
    const { results } = join('outerJoin', around, ['left', 'l', 1, null], ['right', 'r', 1, null]);
    expect(results).toEqual(['l+null@1', 'null+r@1']);
  });
});

describe('names', () => {
  test('of the join go to its nodes, of the stores to its stores', () => {
    const description = topologyOf('outerJoin', around, { name: 'j', storeName: 's' }).describe();
    const stores = 's-outer-other-join-store, s-outer-shared-join-store';
    expect(description).toContain(`Processor: j-outer-this-join (stores: [${stores}])`);
    expect(description).toContain(
      'Processor: j-outer-other-join (stores: [s-outer-shared-join-store, s-outer-this-join-store])',
    );
    for (const node of ['j-this-windowed', 'j-other-windowed', 'j-merge']) {
      expect(description).toContain(`Processor: ${node} (`);
    }
  });

  test('of stores of your own are taken as they are', () => {
    const options = { thisStore: { name: 'mine' }, otherStore: { name: 'yours', persistent: false } };
    const { graph } = topologyOf('leftJoin', around, options);
    expect([...graph.stores.keys()].sort()).toEqual(['mine', 'mine-left-shared-join-store', 'yours']);
    expect(graph.stores.get('mine')?.builder.persistent).toBe(true);
    expect(graph.stores.get('yours')?.builder.persistent).toBe(false);
  });

  test('of one store for both sides are refused', () => {
    const same = { thisStore: { name: 'same' }, otherStore: { name: 'same' } };
    expect(() => topologyOf('join', around, same)).toThrow(TopologyError);
    expect(() => topologyOf('join', around, same)).toThrow(
      'same: both sides of the join use one store; name a store for each side',
    );
  });

  test('that would not fit into topics are refused', () => {
    expect(() => topologyOf('join', around, { name: 'a b' })).toThrow(/a b-this-windowed: the name has a character/);
  });
});

describe('stores', () => {
  test('keep records for the width of the window and its grace, without changelogs if it is said', () => {
    const windows = joinWindows({ timeDifference: 0, before: 2, after: 8, grace: 5 });
    const { graph } = topologyOf('join', windows, { storeName: 's', logging: false });
    for (const { builder } of graph.stores.values()) {
      expect(builder.cleanup).toEqual({ policy: 'delete', retentionMs: 15 });
      expect(builder.loggingEnabled).toBe(false);
      expect(builder.cachingEnabled).toBe(false);
    }
    expect(graph.stores.size).toBe(2);
  });
});

describe('topics', () => {
  test('of both sides must be partitioned alike', () => {
    expect(topologyOf('join', around).graph.copartitionGroups()).toEqual([['left', 'right']]);
  });

  test('of a side whose key may have changed are repartition topics with the name of the join', () => {
    const builder = new StreamsBuilder();
    const left = builder.stream('left', text).selectKey((_key, value) => value);
    left.join(builder.stream('right', text), (value) => value, around, { ...text, name: 'j' });
    const { graph } = builder.build();
    expect([...graph.repartitionTopics.keys()]).toEqual(['j-left-repartition']);
    expect(graph.copartitionGroups()).toEqual([['j-left-repartition', 'right']]);
  });
});
