import { expect, test } from 'vitest';

import { ScriptedCluster, unavailable } from '../../../../test/kafka/scripted-cluster.ts';
import type { OffsetCommit } from '../../../broker/group-consumer.ts';
import { seededChance } from '../../../common/chance.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { CoordinatorRequests } from './coordinator-requests.ts';

const open = () => {
  const clock = new ManualClock(1_000_000);
  const cluster = new ScriptedCluster();
  const chance = seededChance(1);
  const requests = new CoordinatorRequests({ cluster, clock, chance, groupId: 'g' });
  const state = { isClosed: false };
  const checkOpen = (): void => {
    if (state.isClosed) throw new StreamsError('CLOSED', 'closed by the test');
  };
  const shared = { requests, clock, chance, groupId: 'g', lane: 'offsets', retryTimeoutMs: 30_000, checkOpen };
  return { clock, cluster, state, offsets: new CommittedOffsets(shared) };
};

const member = { groupId: 'g', generationId: 7, memberId: 'm', groupInstanceId: 'one' };
const commit = (topic: string, partition: number): OffsetCommit => ({
  topicPartition: { topic, partition },
  offset: 10 + partition,
  leaderEpoch: 4,
  metadata: `about ${topic}-${partition}`,
});
type KafkaErrorName = keyof typeof kafkaErrors;
const answered = (...errors: readonly (KafkaErrorName | null)[]) => ({
  topics: [
    {
      name: 't',
      partitions: errors.map((name, partitionIndex) => ({
        partitionIndex,
        errorCode: name === null ? 0 : kafkaErrors[name].number,
      })),
    },
  ],
});

const fetched = (errorName: KafkaErrorName | null, groupError: KafkaErrorName | null = null) => {
  const errorCode = errorName === null ? 0 : kafkaErrors[errorName].number;
  const known = { partitionIndex: 1, committedOffset: 11, committedLeaderEpoch: 4, metadata: 'text', errorCode };
  const absent = { partitionIndex: 0, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };
  const bare = { partitionIndex: 2, committedOffset: 0, committedLeaderEpoch: -1, metadata: null, errorCode: 0 };
  const topics = [{ name: 't', partitions: [absent, known, bare] }];
  return { groups: [{ groupId: 'g', topics, errorCode: groupError === null ? 0 : kafkaErrors[groupError].number }] };
};
const partitions = [2, 1, 0].map((partition) => ({ topic: 't', partition }));
const found = [{ offset: 0, leaderEpoch: -1, metadata: '' }, { offset: 11, leaderEpoch: 4, metadata: 'text' }, null];

test('a commit names the member, its generation and its instance, with epoch and text of each offset', async () => {
  const { cluster, offsets } = open();
  cluster.answer('OffsetCommit', answered(null));
  await offsets.commit(member, [commit('t', 0), commit('u', 1), commit('t', 2)]);
  const part = (topic: string, partitionIndex: number) => ({
    partitionIndex,
    committedOffset: 10 + partitionIndex,
    committedLeaderEpoch: 4,
    committedMetadata: `about ${topic}-${partitionIndex}`,
  });
  expect(cluster.calls[0]?.request).toEqual({
    groupId: 'g',
    generationIdOrMemberEpoch: 7,
    memberId: 'm',
    groupInstanceId: 'one',
    topics: [
      { name: 't', partitions: [part('t', 0), part('t', 2)] },
      { name: 'u', partitions: [part('u', 1)] },
    ],
  });
});

test('a commit is sent again to whoever coordinates now', async () => {
  const { clock, cluster, offsets } = open();
  cluster.coordinators = [1, 2];
  cluster.answer(
    'OffsetCommit',
    answered(null, 'NOT_COORDINATOR'),
    answered('COORDINATOR_LOAD_IN_PROGRESS'),
    answered(null),
  );
  await clock.settle(offsets.commit(member, [commit('t', 0)]));
  expect(cluster.calls.map(({ node }) => node)).toEqual([1, 2, 2]);
});

test.each([
  ['ILLEGAL_GENERATION', 'ILLEGAL_GENERATION'],
  ['UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID'],
  ['REBALANCE_IN_PROGRESS', 'REBALANCE_IN_PROGRESS'],
  ['FENCED_INSTANCE_ID', 'FENCED_INSTANCE_ID'],
  ['OFFSET_METADATA_TOO_LARGE', 'METADATA_TOO_LARGE'],
  ['TOPIC_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED'],
] as const)('a commit that is refused with %s rejects with %s and names the partition', async (name, code) => {
  const { cluster, offsets } = open();
  cluster.answer('OffsetCommit', answered(null, name));
  const context = { topic: 't', partition: 1 };
  await expect(offsets.commit(member, [commit('t', 1)])).rejects.toMatchObject({ code, context });
  expect(cluster.calls).toHaveLength(1);
});

test('a commit waits a little for a coordinator that has not heard of a new topic, and not for ever', async () => {
  const { clock, cluster, offsets } = open();
  const unknown = answered('UNKNOWN_TOPIC_OR_PARTITION');
  cluster.answer('OffsetCommit', unknown, unknown, answered(null));
  await clock.settle(offsets.commit(member, [commit('t', 0)]));
  cluster.answer('OffsetCommit', unknown);
  const refused = clock.settle(offsets.commit(member, [commit('t', 0)]));
  await expect(refused).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
});

test('offsets come in the order asked for, null where there are none, stable ones only', async () => {
  const { cluster, offsets } = open();
  cluster.answer('OffsetFetch', fetched(null));
  expect(await offsets.fetch(partitions)).toEqual(found);
  expect(cluster.calls[0]?.request).toMatchObject({
    requireStable: true,
    topics: null,
    groups: [{ groupId: 'g', topics: [{ name: 't', partitionIndexes: [2, 1, 0] }] }],
  });
  expect(await offsets.fetch([])).toEqual([]);
  expect(cluster.calls).toHaveLength(1);
});

test('an older broker is asked for one group, and answers for one', async () => {
  const { cluster, offsets } = open();
  cluster.versions.set('OffsetFetch', 7);
  const [group] = fetched(null).groups;
  cluster.answer('OffsetFetch', { errorCode: 0, topics: group?.topics ?? [], groups: [] });
  expect(await offsets.fetch(partitions)).toEqual(found);
  const topics = [{ name: 't', partitionIndexes: [2, 1, 0] }];
  expect(cluster.calls[0]?.request).toMatchObject({ groupId: 'g', topics, requireStable: true });
});

test('offsets of an open transaction are waited for, however long, until the consumer is closed', async () => {
  const { clock, cluster, state, offsets } = open();
  const unstable = fetched('UNSTABLE_OFFSET_COMMIT');
  cluster.answer('OffsetFetch', ...Array.from({ length: 100 }, () => unstable), fetched(null));
  const before = clock.monotonic();
  expect(await clock.settle(offsets.fetchStable(partitions))).toEqual(found);
  expect(clock.monotonic() - before).toBeGreaterThan(60_000);

  cluster.answer('OffsetFetch', unstable);
  const waiting = offsets.fetchStable(partitions);
  await clock.advance(1_000);
  state.isClosed = true;
  await expect(clock.settle(waiting)).rejects.toMatchObject({ code: 'CLOSED' });
});

test('a fetch that is refused says why', async () => {
  const { cluster, offsets } = open();
  cluster.answer('OffsetFetch', fetched(null, 'GROUP_AUTHORIZATION_FAILED'));
  await expect(offsets.fetchStable(partitions)).rejects.toMatchObject({ code: 'AUTHORIZATION_FAILED' });
});

test('a fetch is sent again when the answer got lost', async () => {
  const { clock, cluster, offsets } = open();
  cluster.coordinators = [1, 2];
  cluster.answer('OffsetFetch', unavailable(), fetched(null, 'NOT_COORDINATOR'), fetched(null));
  expect(await clock.settle(offsets.fetchStable(partitions))).toEqual(found);
});
