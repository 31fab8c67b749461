import type { IsolationLevel } from '../../../broker/fetcher.ts';
import type { OffsetAndTimestamp, PartitionLog } from '../../memory/log/partition-log.ts';
import { deleteRecordsApi } from '../protocol/delete-records-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { listOffsetsApi } from '../protocol/list-offsets-api.ts';
import { offsetForLeaderEpochApi } from '../protocol/offset-for-leader-epoch-api.ts';
import { leadershipRefusal } from './leadership.ts';
import type { RequestContext, Route } from './route.ts';
import { refusalOf, route } from './route.ts';

const latest = -1;
const earliest = -2;
const largestTimestamp = -3;
const earliestLocal = -4;
const nothing: OffsetAndTimestamp = { offset: -1, timestamp: -1 };

const withLargestTimestamp = (log: PartitionLog): OffsetAndTimestamp => {
  const { batches } = log.read(log.logStartOffset, 'read_uncommitted', Number.POSITIVE_INFINITY);
  const timestamp = batches.reduce((largest, batch) => Math.max(largest, batch.maxTimestamp), -1);
  return log.findTimestamp(timestamp, log.logEndOffset) ?? nothing;
};

const lookUp = (log: PartitionLog, timestamp: number, isolationLevel: IsolationLevel): OffsetAndTimestamp => {
  const endOffset = log.endOffset(isolationLevel);
  if (timestamp === latest) return { offset: endOffset, timestamp: -1 };
  if (timestamp === earliest || timestamp === earliestLocal) return { offset: log.logStartOffset, timestamp: -1 };
  if (timestamp === largestTimestamp) return withLargestTimestamp(log);
  return timestamp < 0 ? nothing : (log.findTimestamp(timestamp, endOffset) ?? nothing);
};

interface AskedPartition {
  readonly topic: string;
  readonly partition: number;
  /** -1 when the client does not say. */
  readonly currentLeaderEpoch: number;
}

/** The log of a partition that this node leads, or the number of the refusal. */
const ledLog = (context: RequestContext, asked: AskedPartition): PartitionLog | number => {
  const log = context.cluster.topics.findLog(asked);
  if (log === null) return kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number;
  return leadershipRefusal(context, log, asked.currentLeaderEpoch)?.errorCode ?? log;
};

export const listOffsetsRoute: Route = route(listOffsetsApi, ({ isolationLevel, topics }, context) => {
  const isolation = isolationLevel === 1 ? 'read_committed' : 'read_uncommitted';
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => {
        const log = ledLog(context, { topic: name, partition: partitionIndex, currentLeaderEpoch });
        if (typeof log === 'number') return { partitionIndex, errorCode: log };
        const found = lookUp(log, timestamp, isolation);
        return { partitionIndex, errorCode: 0, ...found, leaderEpoch: found.offset < 0 ? -1 : log.leaderEpoch };
      }),
    })),
  };
});

export const offsetForLeaderEpochRoute: Route = route(offsetForLeaderEpochApi, ({ topics }, context) => ({
  topics: topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      const log = ledLog(context, { topic, partition, currentLeaderEpoch });
      if (typeof log === 'number') return { partition, errorCode: log };
      const { epoch, endOffset } = context.brokers.epochEnd(log, leaderEpoch);
      return { partition, errorCode: 0, leaderEpoch: epoch, endOffset };
    }),
  })),
}));

export const deleteRecordsRoute: Route = route(deleteRecordsApi, ({ topics }, context) => ({
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, offset }) => {
      const log = ledLog(context, { topic: name, partition: partitionIndex, currentLeaderEpoch: -1 });
      if (typeof log === 'number') return { partitionIndex, errorCode: log, lowWatermark: -1 };
      const errorCode = refusalOf(() => log.deleteRecords(offset));
      return { partitionIndex, errorCode, lowWatermark: errorCode === 0 ? log.logStartOffset : -1 };
    }),
  })),
}));
