import type { Broker } from '../broker/broker.ts';
import type { AutoOffsetReset } from '../common/auto-offset-reset.ts';
import type { Chance } from '../common/chance.ts';
import type { Clock } from '../common/clock.ts';
import type { Duration } from '../common/duration.ts';
import type { Logger } from '../common/logger.ts';
import type {
  DeserializationExceptionHandler,
  ProcessingExceptionHandler,
  ProductionExceptionHandler,
} from '../errors/exception-handlers.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts';
import type { Serde } from '../serdes/serde.ts';
import type { StateBackend } from '../state/state-engine.ts';

/** Whether a crash may process records twice (at_least_once) or not (exactly_once_v2, KIP-447). */
export type ProcessingGuarantee = 'at_least_once' | 'exactly_once_v2';

/** The part of the configuration that decides what a topology does with its records. */
export interface ProcessingConfig {
  /**
   * The name of the application: consumer group, and the beginning of the names of internal topics and transactional
   * ids. All instances have the same.
   */
  readonly applicationId: string;
  /** @default none: every source, sink and store must have one */
  readonly defaultKeySerde?: Serde<unknown>;
  /** @default none */
  readonly defaultValueSerde?: Serde<unknown>;
  /** @default failOnInvalidTimestamp */
  readonly defaultTimestampExtractor?: TimestampExtractor;
  /** @default logAndFail */
  readonly deserializationExceptionHandler?: DeserializationExceptionHandler;
  /** @default logAndFail */
  readonly processingExceptionHandler?: ProcessingExceptionHandler;
  /** @default logAndFail */
  readonly productionExceptionHandler?: ProductionExceptionHandler;
  /**
   * A topic for records that cannot be processed, written by `logAndFail` and `logAndContinue`; handlers of your own
   * find it in their context. It must exist (KIP-1034). @default none
   */
  readonly errorsDeadLetterQueueTopicName?: string;
  /** The record cache of an instance in bytes; 0 turns it off, and every update is forwarded. @default 10485760 */
  readonly statestoreCacheMaxBytes?: number;
  /** What the databases of an instance may take of memory for buffers and caches, all together. @default 268435456 */
  readonly stateMemoryMaxBytes?: number;
  /** Whether a damaged database is deleted and restored from its changelogs, or ends the instance. @default 'rebuild' */
  readonly stateCorruption?: 'rebuild' | 'fail';
  /** How long an instance keeps the database of a task that is not with it any more. @default 10 min */
  readonly stateCleanupDelay?: Duration;
  /** Where the stores of the DSL live that do not say it themselves. @default 'persistent' */
  readonly defaultDslStore?: 'persistent' | 'inMemory';
  /**
   * How long a task waits for a partition that has nothing to read although others have, so that records of different
   * topics are processed in the order of time (KIP-695). 0 waits only for data that is known to be there, -1 for
   * nothing. @default 0
   */
  readonly maxTaskIdleMs?: number;
  /**
   * `throttled` follows `emitInterval` and the record cache, as Kafka Streams does. `deterministic` sets both to 0: the
   * wall clock decides nothing, and the same input gives the same output. @default 'throttled'
   */
  readonly emission?: 'throttled' | 'deterministic';
  /**
   * The least wall-clock time between two emissions of results that come later than their cause, such as the unmatched
   * records of a left join. @default 1 s
   */
  readonly emitInterval?: Duration;
}

/** The whole configuration of an application instance. Keys are Kafka Streams' names in camel case. */
export interface StreamsConfig extends ProcessingConfig {
  /** How the cluster is reached. */
  readonly broker: Broker;
  /** Where state is kept. */
  readonly state: StateBackend;
  /** @default 'at_least_once' */
  readonly processingGuarantee?: ProcessingGuarantee;
  /** How often work is committed. @default 30 s; 100 ms under exactly_once_v2 */
  readonly commitInterval?: Duration;
  /** Where to begin to read a topic without a committed offset. @default 'earliest' */
  readonly autoOffsetReset?: AutoOffsetReset;
  /** For logs and the broker. @default the application id and a random suffix */
  readonly clientId?: string;
  /** Static membership: a name that this instance keeps over restarts (KIP-345). @default none */
  readonly groupInstanceId?: string;
  /**
   * Where this instance can be asked for its stores, as `host:port`: the others learn it, and tell it by
   * `queryMetadataForKey`. Nothing is served there by itself. @default none
   */
  readonly applicationServer?: string;
  /** @default 45 s */
  readonly sessionTimeout?: Duration;
  /** @default 3 s */
  readonly heartbeatInterval?: Duration;
  /** How long members have to rejoin a rebalance. @default 5 min */
  readonly rebalanceTimeout?: Duration;
  /** The broker aborts a transaction that is open for longer. @default 10 s */
  readonly transactionTimeout?: Duration;
  /** How long output waits for more to go with it. @default 5 ms */
  readonly linger?: Duration;
  /** A batch of output is sent when it has this size. @default 131072 */
  readonly batchSizeBytes?: number;
  /** Bytes of input that an instance buffers; every partition may hold one batch more. @default 67108864 */
  readonly inputBufferMaxBytes?: number;
  /** Bytes of writes to stores and of output that wait for a commit; more commit early. @default 67108864 */
  readonly writeBufferMaxBytes?: number;
  /** How long a poll waits for records. @default 100 ms */
  readonly pollTimeout?: Duration;
  /** The replication factor of internal topics; -1 is the broker's default. @default -1 */
  readonly replicationFactor?: number;
  /** How often records that were processed are deleted from repartition topics. @default 30 s */
  readonly repartitionPurgeInterval?: Duration;
  /** @default JSON lines on stderr from level info on */
  readonly logger?: Logger;
  /** @default a MetricsRegistry of its own */
  readonly metrics?: Metrics;
  /** @default the clock of the machine */
  readonly clock?: Clock;
  /** @default the chance of the machine */
  readonly chance?: Chance;
}
