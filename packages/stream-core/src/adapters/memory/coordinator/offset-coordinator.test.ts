import { expect, test } from 'vitest';

import { ManualClock } from '../../../testing/manual-clock.ts';
import { MemoryBroker } from '../memory-broker.ts';

const nobody = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null };

const open = () => {
  const broker = new MemoryBroker({ clock: new ManualClock() });
  broker.createTopic('t', { partitions: 3 });
  const { offsets } = broker.cluster;
  const of = (partition: number, offset: number) => ({
    topicPartition: { topic: 't', partition },
    offset,
    leaderEpoch: -1,
    metadata: '',
  });
  const fetch = (partition: number, requireStable = false) =>
    offsets.fetch('g', [{ topic: 't', partition }], { requireStable })[0]?.offset ?? null;
  return { broker, offsets, of, fetch };
};

test('pending offsets are applied or dropped with their own transaction', () => {
  const { offsets, of, fetch } = open();
  offsets.commitTransactional(1, nobody, [of(0, 10), of(1, 11)]);
  offsets.commitTransactional(2, nobody, [of(2, 22)]);
  expect([0, 1, 2].map((partition) => fetch(partition))).toEqual([null, null, null]);
  offsets.complete('g', 1, true);
  offsets.complete('g', 2, false);
  expect([0, 1, 2].map((partition) => fetch(partition, true))).toEqual([10, 11, null]);
});

test('a pending offset makes its partition unstable, and no other', () => {
  const { offsets, of, fetch } = open();
  offsets.commit(nobody, [of(0, 1), of(1, 2)]);
  offsets.commitTransactional(1, nobody, [of(0, 10)]);
  expect(() => fetch(0, true)).toThrow(expect.objectContaining({ code: 'UNSTABLE_OFFSET_COMMIT' }));
  expect(fetch(0)).toBe(1);
  expect(fetch(1, true)).toBe(2);
  expect(offsets.stableOffsets('g')).toEqual(new Map([['t-1', 2]]));
});

test('a commit that came after a transactional one stays in force', () => {
  const { offsets, of, fetch } = open();
  offsets.commitTransactional(1, nobody, [of(0, 10), of(1, 10)]);
  offsets.commit(nobody, [of(0, 20)]);
  offsets.complete('g', 1, true);
  expect(fetch(0)).toBe(20);
  expect(fetch(1)).toBe(10);
});

test('offsets of unknown partitions are refused, and those of a deleted topic forgotten', () => {
  const { broker, offsets, of, fetch } = open();
  expect(() => offsets.commit(nobody, [of(0, 1), of(9, 1)])).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }),
  );
  expect(fetch(0)).toBeNull();
  offsets.commit(nobody, [of(0, 1)]);
  offsets.commitTransactional(1, nobody, [of(1, 1)]);
  broker.cluster.topics.delete('t');
  broker.createTopic('t', { partitions: 3 });
  expect(fetch(0, true)).toBeNull();
  expect(fetch(1, true)).toBeNull();
});

test('a commit is told when it counts: at once, or with the end of its transaction', () => {
  const { offsets, of } = open();
  const heard: number[] = [];
  offsets.onCommit((commit) => heard.push(...commit.offsets.map(({ offset }) => offset)));
  offsets.commit(nobody, [of(0, 1)]);
  offsets.commitTransactional(7, nobody, [of(0, 2)]);
  expect(heard).toEqual([1]);
  offsets.complete('g', 7, false);
  offsets.commitTransactional(7, nobody, [of(0, 3)]);
  expect(heard).toEqual([1]);
  offsets.complete('g', 7, true);
  expect(heard).toEqual([1, 3]);
});
