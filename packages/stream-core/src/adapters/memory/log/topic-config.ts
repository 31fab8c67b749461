import { BrokerError } from '../broker-error.ts';

/** Kafka's topic settings (`org.apache.kafka.common.config.TopicConfig`, 4.3) with its defaults. */
export const topicConfigDefaults: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.gzip.level': '-1',
  'compression.lz4.level': '9',
  'compression.type': 'producer',
  'compression.zstd.level': '3',
  'delete.retention.ms': '86400000',
  'file.delete.delay.ms': '60000',
  'flush.messages': '9223372036854775807',
  'flush.ms': '9223372036854775807',
  'follower.replication.throttled.replicas': '',
  'index.interval.bytes': '4096',
  'leader.replication.throttled.replicas': '',
  'local.retention.bytes': '-2',
  'local.retention.ms': '-2',
  'max.compaction.lag.ms': '9223372036854775807',
  'max.message.bytes': '1048588',
  'message.timestamp.after.max.ms': '3600000',
  'message.timestamp.before.max.ms': '9223372036854775807',
  'message.timestamp.type': 'CreateTime',
  'min.cleanable.dirty.ratio': '0.5',
  'min.compaction.lag.ms': '0',
  'min.insync.replicas': '1',
  preallocate: 'false',
  'remote.log.copy.disable': 'false',
  'remote.log.delete.on.disable': 'false',
  'remote.storage.enable': 'false',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'segment.bytes': '1073741824',
  'segment.index.bytes': '10485760',
  'segment.jitter.ms': '0',
  'segment.ms': '604800000',
  'unclean.leader.election.enable': 'false',
};

/** What the log does about the settings of its topic. The others are kept and shown, and change nothing. */
export interface TopicConfig {
  /** Every setting as text, defaults included. */
  readonly entries: Readonly<Record<string, string>>;
  readonly compacts: boolean;
  readonly deletes: boolean;
  /** Infinity: for ever. */
  readonly retentionMs: number;
  /** Infinity: without bound. */
  readonly retentionBytes: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly maxMessageBytes: number;
  readonly logAppendTime: boolean;
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
  readonly minCompactionLagMs: number;
  readonly deleteRetentionMs: number;
  readonly minCleanableDirtyRatio: number;
}

const cleanupPolicies = new Set(['delete', 'compact']);

const invalid = (name: string, value: string, expected: string): BrokerError =>
  new BrokerError('INVALID_CONFIG', `topic setting ${name}: '${value}' is not ${expected}`);

const numberOf = (entries: Readonly<Record<string, string>>, name: string): number => {
  const text = entries[name] ?? '';
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw invalid(name, text, 'a number');
  return value;
};

/** -1 stands for "without bound". */
const boundOf = (entries: Readonly<Record<string, string>>, name: string): number => {
  const value = numberOf(entries, name);
  return value < 0 ? Number.POSITIVE_INFINITY : value;
};

const policiesOf = (entries: Readonly<Record<string, string>>): Set<string> => {
  const text = entries['cleanup.policy'] ?? '';
  const policies = new Set(text.split(',').map((policy) => policy.trim()));
  for (const policy of policies) {
    if (!cleanupPolicies.has(policy)) throw invalid('cleanup.policy', text, "'delete', 'compact' or both");
  }
  return policies;
};

/**
 * The settings of a topic: what it was created with, over what the broker was started with, over Kafka's defaults.
 *
 * @throws BrokerError INVALID_CONFIG for a setting that Kafka does not know or a value that makes no sense.
 */
export const resolveTopicConfig = (
  configs: Readonly<Record<string, string>>,
  brokerDefaults: Readonly<Record<string, string>>,
): TopicConfig => {
  for (const name of [...Object.keys(brokerDefaults), ...Object.keys(configs)]) {
    if (!Object.hasOwn(topicConfigDefaults, name)) {
      throw new BrokerError('INVALID_CONFIG', `${name} is not a topic setting of Kafka`);
    }
  }
  const entries = { ...topicConfigDefaults, ...brokerDefaults, ...configs };
  const policies = policiesOf(entries);
  const timestampType = entries['message.timestamp.type'] ?? '';
  if (timestampType !== 'CreateTime' && timestampType !== 'LogAppendTime') {
    throw invalid('message.timestamp.type', timestampType, "'CreateTime' or 'LogAppendTime'");
  }
  return {
    entries,
    compacts: policies.has('compact'),
    deletes: policies.has('delete'),
    retentionMs: boundOf(entries, 'retention.ms'),
    retentionBytes: boundOf(entries, 'retention.bytes'),
    segmentBytes: numberOf(entries, 'segment.bytes'),
    segmentMs: numberOf(entries, 'segment.ms'),
    maxMessageBytes: numberOf(entries, 'max.message.bytes'),
    logAppendTime: timestampType === 'LogAppendTime',
    timestampBeforeMaxMs: numberOf(entries, 'message.timestamp.before.max.ms'),
    timestampAfterMaxMs: numberOf(entries, 'message.timestamp.after.max.ms'),
    minCompactionLagMs: numberOf(entries, 'min.compaction.lag.ms'),
    deleteRetentionMs: numberOf(entries, 'delete.retention.ms'),
    minCleanableDirtyRatio: numberOf(entries, 'min.cleanable.dirty.ratio'),
  };
};
