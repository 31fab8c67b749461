import { splitBatches } from '../../../broker/record-batch.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { findStreamsError } from '../../../errors/streams-error.ts';
import { BrokerError } from '../../memory/broker-error.ts';
import type { AnswerOf } from '../protocol/api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { produceApi } from '../protocol/produce-api.ts';
import { endpointsOf, leadershipRefusal } from './leadership.ts';
import type { RequestContext, Route } from './route.ts';
import { route } from './route.ts';

type PartitionAnswer = AnswerOf<typeof produceApi>['responses'][number]['partitionResponses'][number];

/** From this version on a batch makes its partition part of the transaction (KIP-890). */
const implicitSince = 12;

interface Append {
  readonly topicPartition: TopicPartition;
  readonly records: Uint8Array | null;
  readonly transactionalId: string | null;
}

const refused = (index: number, errorCode: number, errorMessage: string | null = null): PartitionAnswer => ({
  index,
  errorCode,
  baseOffset: -1,
  recordErrors: [],
  errorMessage,
});

const appended = (context: RequestContext, { topicPartition, records, transactionalId }: Append): PartitionAnswer => {
  const { cluster, version } = context;
  const index = topicPartition.partition;
  const batches = splitBatches(records ?? new Uint8Array());
  const [batch] = batches;
  if (batch === undefined || batches.length > 1) {
    return refused(index, kafkaErrors.INVALID_RECORD.number, `${batches.length} batches for one partition, not one`);
  }
  const implicit = version >= implicitSince;
  const { baseOffset, logAppendTime } = cluster.produce({ topicPartition, batch, transactionalId, implicit });
  const { logStartOffset } = cluster.topics.log(topicPartition);
  return { index, errorCode: 0, baseOffset, logAppendTimeMs: logAppendTime, logStartOffset, recordErrors: [] };
};

const append = (context: RequestContext, append: Append): PartitionAnswer => {
  const { topicPartition } = append;
  const index = topicPartition.partition;
  const log = context.cluster.topics.findLog(topicPartition);
  if (log === null) return refused(index, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number);
  const refusal = leadershipRefusal(context, log, -1);
  if (refusal !== null) return { ...refused(index, refusal.errorCode), currentLeader: refusal.currentLeader };
  try {
    return appended(context, append);
  } catch (error) {
    if (error instanceof BrokerError) return refused(index, error.errorNumber, error.message);
    const unreadable = findStreamsError(error, 'CORRUPT_BATCH');
    if (unreadable === null) throw error;
    return refused(index, kafkaErrors.CORRUPT_MESSAGE.number, unreadable.message);
  }
};

export const produceRoute: Route = route(produceApi, ({ transactionalId, topicData }, context) => {
  const responses = topicData.map(({ name, partitionData }) => ({
    name,
    partitionResponses: partitionData.map(({ index, records }) =>
      append(context, { topicPartition: { topic: name, partition: index }, records, transactionalId }),
    ),
  }));
  const answers = responses.flatMap(({ partitionResponses }) => partitionResponses);
  return { responses, nodeEndpoints: endpointsOf(context.brokers, answers) };
});
