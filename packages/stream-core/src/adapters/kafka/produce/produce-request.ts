import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { RequestOf, ResponseOf } from '../protocol/api.ts';
import type { produceApi } from '../protocol/produce-api.ts';
import type { PartitionLane } from './partition-lane.ts';
import type { PendingBatch } from './pending-batch.ts';

/** A batch on its way to a node. */
export interface SentBatch {
  readonly lane: PartitionLane;
  readonly pending: PendingBatch;
}

export type PartitionAnswer = ResponseOf<typeof produceApi>['responses'][number]['partitionResponses'][number];

export interface ProduceRequestOptions {
  readonly transactionalId: string | null;
  /** How long the broker may wait for the replicas. */
  readonly timeoutMs: number;
}

/** Acknowledged by all in-sync replicas. */
const allReplicas = -1;

/** One request with a batch of each of these partitions; the protocol allows no more than one. */
export const produceRequest = (
  sent: readonly SentBatch[],
  { transactionalId, timeoutMs }: ProduceRequestOptions,
): RequestOf<typeof produceApi> => {
  const topics = new Map<string, { readonly index: number; readonly records: Uint8Array }[]>();
  for (const { lane, pending } of sent) {
    const { topic, partition } = lane.partition;
    const data = { index: partition, records: pending.batch.bytes };
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [data]);
    else known.push(data);
  }
  const topicData = Array.from(topics, ([name, partitionData]) => ({ name, partitionData }));
  return { transactionalId, acks: allReplicas, timeoutMs, topicData };
};

/** The answers of a response, by `topic-partition`. */
export const partitionAnswers = (response: ResponseOf<typeof produceApi>): ReadonlyMap<string, PartitionAnswer> => {
  const answers = new Map<string, PartitionAnswer>();
  for (const { name, partitionResponses } of response.responses) {
    for (const answer of partitionResponses) {
      const partition: TopicPartition = { topic: name, partition: answer.index };
      answers.set(topicPartitionKey(partition), answer);
    }
  }
  return answers;
};

/** What the broker says in words about a refusal. */
export const answerDetail = ({ errorMessage, recordErrors }: PartitionAnswer): string | null => {
  const first = recordErrors[0];
  if (first === undefined || first.batchIndexErrorMessage === null) return errorMessage;
  return `${errorMessage ?? 'a record is not valid'} (record ${first.batchIndex}: ${first.batchIndexErrorMessage})`;
};
