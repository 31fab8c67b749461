import { Buffer } from 'node:buffer';
import type { OffsetCommit } from '../../../broker/group-consumer.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { GroupOffsets } from '../../memory/coordinator/group-offsets.ts';
import type { MemberIdentity } from '../../memory/coordinator/group-requests.ts';
import { maxMetadataBytes } from '../../memory/coordinator/offset-coordinator.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { offsetCommitApi } from '../protocol/offset-commit-api.ts';
import { offsetFetchApi } from '../protocol/offset-fetch-api.ts';
import { txnOffsetCommitApi } from '../protocol/txn-offset-commit-api.ts';
import { groupMisdirected } from './group-routes.ts';
import type { RequestContext, Route } from './route.ts';
import { refusalOf, route } from './route.ts';

/** From this version on the group becomes part of the transaction by itself (KIP-890). */
const implicitSince = 5;
/** From this version on several groups are asked for at once. */
const groupsSince = 8;

interface CommittedTopic {
  readonly name: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly committedOffset: number;
    readonly committedLeaderEpoch: number;
    readonly committedMetadata: string | null;
  }[];
}

const commitsOf = (topics: readonly CommittedTopic[]): OffsetCommit[] =>
  topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({
      topicPartition: { topic: name, partition: partition.partitionIndex },
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
    })),
  );

/** What is wrong with one partition alone; 0 when nothing is. */
const flawOf = ({ cluster }: RequestContext, { topicPartition, metadata }: OffsetCommit): number => {
  if (cluster.topics.findLog(topicPartition) === null) return kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number;
  return Buffer.byteLength(metadata) > maxMetadataBytes ? kafkaErrors.OFFSET_METADATA_TOO_LARGE.number : 0;
};

/** Commits what is sound with `commit`, which gives the number of its refusal, and gives every partition its result. */
const committed = (
  context: RequestContext,
  topics: readonly CommittedTopic[],
  commit: (offsets: readonly OffsetCommit[]) => number,
) => {
  const judged = commitsOf(topics).map((offset) => ({ offset, flaw: flawOf(context, offset) }));
  const refusal = commit(judged.filter(({ flaw }) => flaw === 0).map(({ offset }) => offset));
  const byTopic = Map.groupBy(judged, ({ offset }) => offset.topicPartition.topic);
  return Array.from(byTopic, ([name, partitions]) => ({
    name,
    partitions: partitions.map(({ offset, flaw }) => ({
      partitionIndex: offset.topicPartition.partition,
      errorCode: refusal === 0 ? flaw : refusal,
    })),
  }));
};

export const offsetCommitRoute: Route = route(offsetCommitApi, (request, context) => {
  const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
  const elsewhere = groupMisdirected(context, groupId);
  const identity: MemberIdentity = { groupId, generationId, memberId, groupInstanceId };
  return {
    topics: committed(context, request.topics, (offsets) =>
      elsewhere === 0 ? refusalOf(() => context.cluster.offsets.commit(identity, offsets)) : elsewhere,
    ),
  };
});

export const txnOffsetCommitRoute: Route = route(txnOffsetCommitApi, (request, context) => {
  const { transactionalId, producerId, producerEpoch, groupId, generationId, memberId, groupInstanceId } = request;
  const elsewhere = groupMisdirected(context, groupId);
  const identity: MemberIdentity = { groupId, generationId, memberId, groupInstanceId };
  const add = { transactionalId, producerId, producerEpoch, implicit: context.version >= implicitSince };
  return {
    topics: committed(context, request.topics, (offsets) => {
      if (elsewhere !== 0) return elsewhere;
      const refusal = refusalOf(() => context.cluster.commitTransactionalOffsets(add, identity, offsets));
      // What a group coordinator answers to a producer whose epoch has passed.
      return refusal === kafkaErrors.PRODUCER_FENCED.number ? kafkaErrors.INVALID_PRODUCER_EPOCH.number : refusal;
    }),
  };
});

interface AskedTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

interface AskedGroup {
  readonly groupId: string;
  /** Null stands for all that the group has committed. */
  readonly topics: readonly AskedTopic[] | null;
}

const noOffset = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '' };

const offsetOf = (offsets: GroupOffsets | null, topicPartition: TopicPartition, requireStable: boolean) => {
  const partitionIndex = topicPartition.partition;
  if (requireStable && offsets?.isStable(topicPartition) === false) {
    return { partitionIndex, ...noOffset, errorCode: kafkaErrors.UNSTABLE_OFFSET_COMMIT.number };
  }
  const found = offsets?.committed(topicPartition) ?? null;
  if (found === null) return { partitionIndex, ...noOffset, errorCode: 0 };
  const { offset, leaderEpoch, metadata } = found;
  return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: 0 };
};

const allOf = (offsets: GroupOffsets | null): AskedTopic[] => {
  const commits = offsets?.all() ?? [];
  const byTopic = Map.groupBy(commits, ({ topicPartition }) => topicPartition.topic);
  return Array.from(byTopic, ([name, partitions]) => ({
    name,
    partitionIndexes: partitions.map(({ topicPartition }) => topicPartition.partition),
  }));
};

const offsetsOf = (context: RequestContext, { groupId, topics }: AskedGroup, requireStable: boolean) => {
  const errorCode = groupMisdirected(context, groupId);
  if (errorCode !== 0) return { groupId, errorCode, topics: [] };
  const offsets = context.cluster.groups.find(groupId)?.offsets ?? null;
  const answered = (topics ?? allOf(offsets)).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partition) => offsetOf(offsets, { topic: name, partition }, requireStable)),
  }));
  return { groupId, errorCode, topics: answered };
};

export const offsetFetchRoute: Route = route(offsetFetchApi, (request, context) => {
  const { groups, groupId, topics, requireStable } = request;
  if (context.version >= groupsSince) {
    return { groups: groups.map((group) => offsetsOf(context, group, requireStable)) };
  }
  const { errorCode, topics: answered } = offsetsOf(context, { groupId, topics }, requireStable);
  return { errorCode, topics: answered };
});
