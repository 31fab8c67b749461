// The public door of @millrace/stream-core. Explicit names only; what is not here is not part of the API.

// Records, time and the other words
export type { AutoOffsetReset } from './common/auto-offset-reset.ts';
export type { Chance } from './common/chance.ts';
export { seededChance } from './common/chance.ts';
export type { Clock, Timer } from './common/clock.ts';
export { systemClock } from './common/clock.ts';
export type { Duration } from './common/duration.ts';
export type { Header, Headers } from './common/headers.ts';
export { lastHeader } from './common/headers.ts';
export type { LogFields, Logger, LogLevel } from './common/logger.ts';
export { jsonLogger, silentLogger } from './common/logger.ts';
export type { Position } from './common/position.ts';
export { mergePositions } from './common/position.ts';
export type { RecordContext } from './common/record-context.ts';
export type { KeyValue, RecordMetadata, StreamRecord } from './common/stream-record.ts';
export type { TaskId } from './common/task-id.ts';
export type { TopicPartition } from './common/topic-partition.ts';
export type { Window, Windowed } from './common/window.ts';
// Configuration and errors
export type { ProcessingConfig, ProcessingGuarantee, StreamsConfig } from './config/streams-config.ts';
export type { ErrorCode, ErrorScope } from './errors/codes.ts';
export type { DeadLetterQueueRecord } from './errors/dead-letter.ts';
export { deadLetterQueueRecord } from './errors/dead-letter.ts';
export type {
  DeadLetterQueueResponse,
  DeserializationExceptionHandler,
  ErrorHandlerContext,
  HandlerResponse,
  ProcessingExceptionHandler,
  ProductionExceptionHandler,
  ProductionHandlerResponse,
} from './errors/exception-handlers.ts';
export { logAndContinue, logAndFail } from './errors/exception-handlers.ts';
export type { ErrorContext, Problem } from './errors/streams-error.ts';
export { ConfigError, StreamsError, TopologyError } from './errors/streams-error.ts';
export type { UncaughtExceptionHandler, UncaughtExceptionResponse } from './errors/uncaught-exception.ts';
export type { KafkaStreamsOptions } from './kafka-streams.ts';
// Running an application
export { KafkaStreams } from './kafka-streams.ts';
export type { KafkaStreamsState } from './kafka-streams-state.ts';
export type {
  Branched,
  BranchedKStream,
  CogroupedKStream,
  KGroupedStream,
  KGroupedTable,
  KStream,
  KTable,
  SessionWindowedCogroupedKStream,
  SessionWindowedKStream,
  TimeWindowedCogroupedKStream,
  TimeWindowedKStream,
} from './kstream/api.ts';
export type {
  Aggregator,
  ConnectedStores,
  ForeachAction,
  ForeignKeyExtractor,
  Initializer,
  KeyValueMapper,
  Merger,
  Predicate,
  Reducer,
  ValueJoiner,
  ValueMapper,
  ValueTransformer,
  ValueTransformerSupplier,
} from './kstream/functions.ts';
export type { GlobalKTable, GlobalTableJoin } from './kstream/global-ktable.ts';
export type { Consumed } from './kstream/options/consumed.ts';
export type { Grouped } from './kstream/options/grouped.ts';
export type { Joined, JoinStore, StreamJoined } from './kstream/options/joined.ts';
export type { Materialized, MaterializedAs, Versioned } from './kstream/options/materialized.ts';
export type { Named } from './kstream/options/named.ts';
export type { Produced } from './kstream/options/produced.ts';
export type { Repartitioned } from './kstream/options/repartitioned.ts';
export type { BufferConfig, StrictBufferConfig, Suppressed } from './kstream/options/suppressed.ts';
export { untilTimeLimit, untilWindowCloses } from './kstream/options/suppressed.ts';
export type { ForeignKeyJoin, ForeignKeyJoined, TableJoined } from './kstream/options/table-joined.ts';
// Building topologies
export type { StreamsBuilderOptions } from './kstream/streams-builder.ts';
export { StreamsBuilder } from './kstream/streams-builder.ts';
export type { TopologyOptimization } from './kstream/topology-optimization.ts';
export type { EmitStrategy } from './kstream/windows/emit-strategy.ts';
export type { SessionWindows } from './kstream/windows/session-windows.ts';
export { sessionWindows } from './kstream/windows/session-windows.ts';
export type { SlidingWindows } from './kstream/windows/sliding-windows.ts';
export { slidingWindows } from './kstream/windows/sliding-windows.ts';
export type { UnlimitedWindows } from './kstream/windows/unlimited-windows.ts';
export { unlimitedWindows } from './kstream/windows/unlimited-windows.ts';
export type { JoinWindows, TimeWindows } from './kstream/windows/windows.ts';
export { joinWindows, legacyJoinWindows, timeWindows } from './kstream/windows/windows.ts';
export type { Counter, MetricName, Metrics, MetricTags, MetricValue } from './metrics/metrics.ts';
export { MetricsRegistry } from './metrics/metrics.ts';
// Processors
export type {
  ConnectedStoreProvider,
  FixedKeyProcessor,
  FixedKeyProcessorSupplier,
  Processor,
  ProcessorSupplier,
} from './processor/processor.ts';
export type { FixedKeyProcessorContext, ProcessingContext, ProcessorContext } from './processor/processor-context.ts';
export type { ProcessorWrapper } from './processor/processor-wrapper.ts';
export type { Cancellable, PunctuationType, Punctuator } from './processor/punctuator.ts';
export type { StreamPartitioner } from './processor/stream-partitioner.ts';
export type { ConsumedRecord, TimestampExtractor } from './processor/timestamp-extractor.ts';
export {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
} from './processor/timestamp-extractor.ts';
export type { TopicNameExtractor } from './processor/topic-name-extractor.ts';
export type { LagInfo } from './query/local-lags.ts';
export type {
  KeyValueStoreHandle,
  QueryableStoreType,
  SessionStoreHandle,
  VersionedKeyValueStoreHandle,
  WindowStoreHandle,
} from './query/local-store.ts';
export { queryableStoreTypes } from './query/local-store.ts';
export type { QueryOptions, StoreQueryOptions } from './query/query-options.ts';
export type { StateQueryRequest } from './query/run-state-query.ts';
export type { KeyRange, QueryOrder, StateQuery, TimeRange, VersionRange } from './query/state-queries.ts';
export { stateQueries } from './query/state-queries.ts';
export type { FailureReason, QueryFailure, QueryResult, QuerySuccess } from './query/state-query-result.ts';
export { StateQueryResult } from './query/state-query-result.ts';
export type { KeyPartitioning, KeyQueryMetadata, StreamsMetadata } from './query/streams-metadata.ts';
export type { TaskMetadata, ThreadMetadata } from './query/thread-metadata.ts';
export type { RestoreProgress } from './runtime/changelog-reader.ts';
export type { Serde } from './serdes/serde.ts';
// Serdes
export { serdes } from './serdes/serdes.ts';
// State
export { inMemoryState } from './state/in-memory-state.ts';
export type {
  KeyValueStore,
  ReadOnlyKeyValueStore,
  StoreIterator,
  TimestampedKeyValueStore,
} from './state/key-value-store.ts';
export type { ReadOnlySessionStore, SessionStore } from './state/session-store.ts';
export type { StateBackend } from './state/state-engine.ts';
export type { StateStore, StoreBuilder } from './state/state-store.ts';
export type {
  KeyValueStoreOptions,
  SessionStoreOptions,
  StoreOptions,
  VersionedKeyValueStoreOptions,
  WindowStoreOptions,
} from './state/store-options.ts';
export { stores } from './state/stores.ts';
export type { ValueAndTimestamp } from './state/value-and-timestamp.ts';
export type {
  ReadOnlyVersionedKeyValueStore,
  VersionedKeyValueStore,
  VersionedRecord,
} from './state/versioned-key-value-store.ts';
export { putReturnCodes } from './state/versioned-key-value-store.ts';
export type { ReadOnlyWindowStore, TimestampedWindowStore, WindowStore, WindowValue } from './state/window-store.ts';
export type { ReadOnlyStore, SinkOptions, SourceOptions, TopologyOptions } from './topology/topology.ts';
export { Topology } from './topology/topology.ts';
