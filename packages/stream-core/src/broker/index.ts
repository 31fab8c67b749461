// The public door of @millrace/stream-core/broker: the port that adapters implement, and the record-batch codec.

export type { Admin, NewTopic, OffsetSpec, TopicDescription } from './admin.ts';
export type { Broker, BrokerClient, ClientOptions } from './broker.ts';
export type { FetchedPartition, Fetcher, FetcherOptions, IsolationLevel } from './fetcher.ts';
export type {
  GroupConsumer,
  GroupConsumerOptions,
  GroupMetadata,
  OffsetAndMetadata,
  OffsetCommit,
  RebalanceListener,
  Subscription,
} from './group-consumer.ts';
export type { GroupProtocol, MemberAssignment, MemberSubscription } from './group-protocol.ts';
export type { ProduceAck, Producer, ProducerOptions } from './producer.ts';
export type { BatchProducer } from './record-batch.ts';
export { RecordBatch, splitBatches } from './record-batch.ts';
export { RecordBatchBuilder } from './record-batch-builder.ts';
export { RecordCursor } from './record-cursor.ts';
