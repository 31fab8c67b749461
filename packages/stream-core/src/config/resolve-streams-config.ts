import type { Broker } from '../broker/broker.ts';
import type { AutoOffsetReset } from '../common/auto-offset-reset.ts';
import type { Chance } from '../common/chance.ts';
import { systemChance } from '../common/chance.ts';
import type { Clock } from '../common/clock.ts';
import { systemClock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import { jsonLogger } from '../common/logger.ts';
import type {
  DeserializationExceptionHandler,
  ProcessingExceptionHandler,
  ProductionExceptionHandler,
} from '../errors/exception-handlers.ts';
import { logAndFail } from '../errors/exception-handlers.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { MetricsRegistry } from '../metrics/metrics.ts';
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts';
import { failOnInvalidTimestamp } from '../processor/timestamp-extractor.ts';
import type { SerdeDefaults } from '../serdes/serde-slot.ts';
import type { StateBackend } from '../state/state-engine.ts';
import { ConfigReader } from './config-reader.ts';
import type { ProcessingConfig, ProcessingGuarantee, StreamsConfig } from './streams-config.ts';

/** ProcessingConfig with everything decided. */
export interface ResolvedProcessingConfig {
  readonly applicationId: string;
  readonly serdeDefaults: SerdeDefaults;
  readonly timestampExtractor: TimestampExtractor;
  readonly deserializationExceptionHandler: DeserializationExceptionHandler;
  readonly processingExceptionHandler: ProcessingExceptionHandler;
  readonly productionExceptionHandler: ProductionExceptionHandler;
  readonly deadLetterQueueTopicName: string | null;
  /** 0: no record cache. */
  readonly cacheMaxBytes: number;
  readonly stateMemoryMaxBytes: number;
  readonly stateCorruption: 'rebuild' | 'fail';
  readonly stateCleanupDelayMs: number;
  readonly isDslStorePersistent: boolean;
  readonly maxTaskIdleMs: number;
  readonly emitIntervalMs: number;
}

/** StreamsConfig with everything decided: nothing is optional any more. */
export interface ResolvedStreamsConfig extends ResolvedProcessingConfig {
  readonly broker: Broker;
  readonly state: StateBackend;
  readonly processingGuarantee: ProcessingGuarantee;
  readonly commitIntervalMs: number;
  readonly autoOffsetReset: AutoOffsetReset;
  readonly clientId: string;
  readonly groupInstanceId: string | null;
  readonly applicationServer: string | null;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly lingerMs: number;
  readonly batchSizeBytes: number;
  readonly inputBufferMaxBytes: number;
  readonly writeBufferMaxBytes: number;
  readonly pollTimeoutMs: number;
  readonly replicationFactor: number;
  readonly repartitionPurgeIntervalMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly chance: Chance;
}

const readProcessing = (config: ProcessingConfig, reader: ConfigReader): ResolvedProcessingConfig => {
  const emission = reader.oneOf('emission', config.emission, {
    byDefault: 'throttled',
    allowed: ['throttled', 'deterministic'],
  });
  const dslStore = reader.oneOf('defaultDslStore', config.defaultDslStore, {
    byDefault: 'persistent',
    allowed: ['persistent', 'inMemory'],
  });
  const cacheMaxBytes = reader.integer('statestoreCacheMaxBytes', config.statestoreCacheMaxBytes, {
    byDefault: 10 * 1024 * 1024,
    min: 0,
  });
  const emitIntervalMs = reader.durationMs('emitInterval', config.emitInterval, { byDefault: 1_000 });
  const isDeterministic = emission === 'deterministic';
  return {
    applicationId: reader.applicationId(config.applicationId),
    serdeDefaults: {
      key: config.defaultKeySerde ?? null,
      value: config.defaultValueSerde ?? null,
    },
    timestampExtractor: config.defaultTimestampExtractor ?? failOnInvalidTimestamp,
    deserializationExceptionHandler: config.deserializationExceptionHandler ?? logAndFail,
    processingExceptionHandler: config.processingExceptionHandler ?? logAndFail,
    productionExceptionHandler: config.productionExceptionHandler ?? logAndFail,
    deadLetterQueueTopicName: config.errorsDeadLetterQueueTopicName ?? null,
    cacheMaxBytes: isDeterministic ? 0 : cacheMaxBytes,
    stateMemoryMaxBytes: reader.integer('stateMemoryMaxBytes', config.stateMemoryMaxBytes, {
      byDefault: 256 * 1024 * 1024,
      min: 0,
    }),
    stateCorruption: reader.oneOf('stateCorruption', config.stateCorruption, {
      byDefault: 'rebuild',
      allowed: ['rebuild', 'fail'],
    }),
    stateCleanupDelayMs: reader.durationMs('stateCleanupDelay', config.stateCleanupDelay, { byDefault: 600_000 }),
    isDslStorePersistent: dslStore === 'persistent',
    maxTaskIdleMs: reader.integer('maxTaskIdleMs', config.maxTaskIdleMs, { byDefault: 0, min: -1 }),
    emitIntervalMs: isDeterministic ? 0 : emitIntervalMs,
  };
};

/**
 * Checks the part of a configuration that processing needs and fills in defaults.
 *
 * @throws ConfigError with every problem
 */
export const resolveProcessingConfig = (config: ProcessingConfig): ResolvedProcessingConfig => {
  const reader = new ConfigReader();
  const resolved = readProcessing(config, reader);
  reader.check();
  return resolved;
};

const mebibyte = 1024 * 1024;

const readTimes = (config: StreamsConfig, reader: ConfigReader, isExactlyOnce: boolean) => ({
  commitIntervalMs: reader.durationMs('commitInterval', config.commitInterval, {
    byDefault: isExactlyOnce ? 100 : 30_000,
  }),
  sessionTimeoutMs: reader.durationMs('sessionTimeout', config.sessionTimeout, { byDefault: 45_000, min: 1 }),
  heartbeatIntervalMs: reader.durationMs('heartbeatInterval', config.heartbeatInterval, { byDefault: 3_000, min: 1 }),
  rebalanceTimeoutMs: reader.durationMs('rebalanceTimeout', config.rebalanceTimeout, { byDefault: 300_000, min: 1 }),
  transactionTimeoutMs: reader.durationMs('transactionTimeout', config.transactionTimeout, {
    byDefault: 10_000,
    min: 1,
  }),
  lingerMs: reader.durationMs('linger', config.linger, { byDefault: 5 }),
  pollTimeoutMs: reader.durationMs('pollTimeout', config.pollTimeout, { byDefault: 100 }),
  repartitionPurgeIntervalMs: reader.durationMs('repartitionPurgeInterval', config.repartitionPurgeInterval, {
    byDefault: 30_000,
    min: 1,
  }),
});

const readSizes = (config: StreamsConfig, reader: ConfigReader) => ({
  batchSizeBytes: reader.integer('batchSizeBytes', config.batchSizeBytes, { byDefault: 128 * 1024, min: 1 }),
  inputBufferMaxBytes: reader.integer('inputBufferMaxBytes', config.inputBufferMaxBytes, {
    byDefault: 64 * mebibyte,
    min: 1,
  }),
  writeBufferMaxBytes: reader.integer('writeBufferMaxBytes', config.writeBufferMaxBytes, {
    byDefault: 64 * mebibyte,
    min: 1,
  }),
  replicationFactor: reader.integer('replicationFactor', config.replicationFactor, { byDefault: -1, min: -1 }),
});

const stderrLogger = (clock: Clock): Logger =>
  jsonLogger(
    (line) => void process.stderr.write(`${line}\n`),
    'info',
    () => clock.now(),
  );

const checkRelations = (resolved: ResolvedStreamsConfig, reader: ConfigReader): void => {
  if (resolved.heartbeatIntervalMs * 2 > resolved.sessionTimeoutMs) {
    reader.problem('heartbeatInterval', 'it is more than half of the session timeout', 'use a third of it');
  }
  const isExactlyOnce = resolved.processingGuarantee === 'exactly_once_v2';
  if (isExactlyOnce && resolved.commitIntervalMs >= resolved.transactionTimeoutMs) {
    reader.problem(
      'commitInterval',
      'a transaction would time out before it is committed',
      'use less than transactionTimeout',
    );
  }
};

/**
 * Checks a configuration and fills in defaults, once: nothing is optional in the result.
 *
 * @throws ConfigError with every problem
 */
export const resolveStreamsConfig = (config: StreamsConfig): ResolvedStreamsConfig => {
  const reader = new ConfigReader();
  const processing = readProcessing(config, reader);
  const { clock = systemClock, chance = systemChance } = config;
  if (typeof config.broker?.connect !== 'function') {
    reader.problem(
      'broker',
      'there is none',
      "pass an adapter, such as `broker: new MemoryBroker()` of '@millrace/stream-core/memory'",
    );
  }
  if (typeof config.state?.acquire !== 'function') {
    reader.problem('state', 'there is none', 'pass a state backend, such as `state: inMemoryState()`');
  }
  const processingGuarantee = reader.oneOf('processingGuarantee', config.processingGuarantee, {
    byDefault: 'at_least_once',
    allowed: ['at_least_once', 'exactly_once_v2'],
  });
  const autoOffsetReset = reader.offsetReset('autoOffsetReset', config.autoOffsetReset);
  const suffix = Math.floor(chance() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
  const resolved: ResolvedStreamsConfig = {
    ...processing,
    ...readTimes(config, reader, processingGuarantee === 'exactly_once_v2'),
    ...readSizes(config, reader),
    broker: config.broker,
    state: config.state,
    processingGuarantee,
    autoOffsetReset,
    clientId: config.clientId ?? `${processing.applicationId}-${suffix}`,
    groupInstanceId: config.groupInstanceId ?? null,
    applicationServer: reader.hostAndPort('applicationServer', config.applicationServer),
    logger: config.logger ?? stderrLogger(clock),
    metrics: config.metrics ?? new MetricsRegistry(),
    clock,
    chance,
  };
  checkRelations(resolved, reader);
  reader.check();
  return resolved;
};
