import type { ProducerIdAndEpoch } from '../../memory/coordinator/transaction.ts';
import { addOffsetsToTxnApi } from '../protocol/add-offsets-to-txn-api.ts';
import { addPartitionsToTxnApi } from '../protocol/add-partitions-to-txn-api.ts';
import { endTxnApi } from '../protocol/end-txn-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { initProducerIdApi } from '../protocol/init-producer-id-api.ts';
import type { RequestContext, Route } from './route.ts';
import { errorNumber, refusalOf, route } from './route.ts';

/** From this version on the end of a transaction gives the producer its next epoch (KIP-890). */
const newEpochSince = 5;
const nobody: ProducerIdAndEpoch = { producerId: -1, producerEpoch: -1 };

/** NOT_COORDINATOR when the transactional id belongs to another node, else 0. */
const misdirected = ({ brokers, nodeId }: RequestContext, transactionalId: string): number =>
  brokers.coordinator('transaction', transactionalId)?.nodeId === nodeId ? 0 : kafkaErrors.NOT_COORDINATOR.number;

/** A producer id comes with an epoch, and with a transactional id. */
const isWellFormed = (transactionalId: string | null, { producerId, producerEpoch }: ProducerIdAndEpoch): boolean =>
  transactionalId !== '' && producerId < 0 === producerEpoch < 0;

export const initProducerIdRoute: Route = route(initProducerIdApi, (request, context) => {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request;
  const current = { producerId, producerEpoch };
  if (!isWellFormed(transactionalId, current)) return { errorCode: kafkaErrors.INVALID_REQUEST.number, ...nobody };
  const elsewhere = transactionalId === null ? 0 : misdirected(context, transactionalId);
  if (elsewhere !== 0) return { errorCode: elsewhere, ...nobody };
  const { transactions } = context.cluster;
  const claimed = producerId < 0 ? null : current;
  try {
    return { errorCode: 0, ...transactions.initProducerId(transactionalId, transactionTimeoutMs, claimed) };
  } catch (error) {
    return { errorCode: errorNumber(error), ...nobody };
  }
});

interface TopicPartitions {
  readonly name: string;
  readonly partitions: readonly number[];
}

const resultsOf = (topics: readonly TopicPartitions[], errorOf: (topic: string, partition: number) => number) =>
  topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorOf(name, partitionIndex),
    })),
  }));

export const addPartitionsToTxnRoute: Route = route(addPartitionsToTxnApi, (request, context) => {
  const { v3AndBelowTransactionalId: transactionalId, v3AndBelowTopics: topics } = request;
  const elsewhere = misdirected(context, transactionalId);
  if (elsewhere !== 0) return { resultsByTopicV3AndBelow: resultsOf(topics, () => elsewhere) };
  const { topics: registry, transactions } = context.cluster;
  const isKnown = (topic: string, partition: number): boolean => registry.findLog({ topic, partition }) !== null;
  if (topics.some(({ name, partitions }) => partitions.some((partition) => !isKnown(name, partition)))) {
    const { UNKNOWN_TOPIC_OR_PARTITION, OPERATION_NOT_ATTEMPTED } = kafkaErrors;
    return {
      resultsByTopicV3AndBelow: resultsOf(topics, (topic, partition) =>
        isKnown(topic, partition) ? OPERATION_NOT_ATTEMPTED.number : UNKNOWN_TOPIC_OR_PARTITION.number,
      ),
    };
  }
  const identity = { producerId: request.v3AndBelowProducerId, producerEpoch: request.v3AndBelowProducerEpoch };
  const add = { transactionalId, ...identity, implicit: true };
  return {
    resultsByTopicV3AndBelow: resultsOf(topics, (topic, partition) =>
      refusalOf(() => transactions.addPartition(add, registry.log({ topic, partition }))),
    ),
  };
});

export const addOffsetsToTxnRoute: Route = route(addOffsetsToTxnApi, (request, context) => {
  const { transactionalId, producerId, producerEpoch, groupId } = request;
  const elsewhere = misdirected(context, transactionalId);
  if (elsewhere !== 0) return { errorCode: elsewhere };
  const add = { transactionalId, producerId, producerEpoch, implicit: true };
  return { errorCode: refusalOf(() => context.cluster.transactions.addGroup(add, groupId)) };
});

export const endTxnRoute: Route = route(endTxnApi, (request, context) => {
  const { transactionalId, producerId, producerEpoch, committed } = request;
  const elsewhere = misdirected(context, transactionalId);
  if (elsewhere !== 0) return { errorCode: elsewhere };
  const { transactions } = context.cluster;
  const ended = { transactionalId, producerId, producerEpoch };
  if (context.version < newEpochSince) {
    return { errorCode: refusalOf(() => transactions.endKeepingEpoch(ended, committed)) };
  }
  try {
    return { errorCode: 0, ...transactions.endTransaction(ended, committed) };
  } catch (error) {
    return { errorCode: errorNumber(error) };
  }
});
