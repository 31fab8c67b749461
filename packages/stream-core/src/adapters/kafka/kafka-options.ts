import type { Problem } from '../../errors/streams-error.ts';
import { ConfigError } from '../../errors/streams-error.ts';
import type { CompressionType } from './compression/compression-type.ts';
import type { FetchTuning } from './fetch/fetch-options.ts';
import type { HostPort, SaslOptions, TlsOptions } from './network/network-options.ts';
import { parseServers } from './network/parse-servers.ts';
import { defaultRetryBackoff } from './retry-backoff.ts';

/** How the client works, whatever way it takes to the brokers. Everything has a default. Times are ms. */
export interface KafkaTuning {
  /** How long to wait for one answer. Default 30,000, as Kafka's `request.timeout.ms`. */
  readonly requestTimeoutMs?: number;
  /**
   * How long a request without an answer, or one that the broker could not do just then, is tried again. Default 120,000,
   * as Kafka's `delivery.timeout.ms`.
   */
  readonly retryTimeoutMs?: number;
  /** How long to wait before the first retry; it doubles up to `retryBackoffMaxMs`. Default 50. */
  readonly retryBackoffMs?: number;
  /** Default 1,000. */
  readonly retryBackoffMaxMs?: number;
  /** After so long, what is known of a topic is asked for again. Default 300,000, as Kafka's `metadata.max.age.ms`. */
  readonly metadataMaxAgeMs?: number;
  /**
   * How batches are packed: `none`, `gzip`, `snappy`, `lz4` or `zstd`. Default `none`. `snappy` and `lz4` need the peer
   * `@platformatic/kafka` 2.12.1; what others have packed is read without it.
   */
  readonly compression?: CompressionType;
  /** The most bytes of batches in one produce request; a batch that is larger goes alone. Default 1,048,576. */
  readonly maxRequestSizeBytes?: number;
  /** How much is fetched at once. */
  readonly fetch?: FetchTuning;
}

/** How a Kafka cluster is reached, and how the client works. */
export interface KafkaOptions extends KafkaTuning {
  /** Brokers to begin with, as `host:port` with commas between them, or as a list. The others are learned from these. */
  readonly bootstrapServers: string | readonly string[];
  /** true for TLS with the certificates that Node trusts; Node's TLS options, such as `ca`, for others. Default false. */
  readonly tls?: boolean | TlsOptions;
  /** How the client proves who it is. Default: it does not. */
  readonly sasl?: SaslOptions;
  /** How long a connection may take until it can be used, TLS and SASL included. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** A longer answer of a broker is not believed. Default 268,435,456; above `fetch.fetchMaxBytes`. */
  readonly maxAnswerBytes?: number;
}

/** The tuning with everything filled in. */
export interface KafkaSettings extends Required<Omit<KafkaTuning, 'fetch'>> {
  readonly fetch: FetchTuning;
}

/** How the brokers are reached, with everything filled in. */
export interface NetworkSettings {
  readonly bootstrapServers: readonly HostPort[];
  readonly tls: TlsOptions | null;
  readonly sasl: SaslOptions | null;
  readonly connectTimeoutMs: number;
  readonly maxAnswerBytes: number;
}

const compressions: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'];
const longestTimerMs = 0x7fffffff;

/** Reads numbers, and remembers what is wrong. */
class NumberReader {
  readonly problems: Problem[] = [];

  read(where: string, value: number | undefined, { byDefault, min = 1 }: { byDefault: number; min?: number }): number {
    if (value === undefined) return byDefault;
    if (Number.isSafeInteger(value) && value >= min && value <= longestTimerMs) return value;
    const remedy = `use a whole number from ${min} to ${longestTimerMs}, or leave it out for ${byDefault}`;
    this.problems.push({ where, problem: `${String(value)} cannot be used`, remedy });
    return byDefault;
  }
}

const readTuning = (options: KafkaTuning, numbers: NumberReader): KafkaSettings => {
  const { compression = 'none', fetch = {} } = options;
  if (!compressions.includes(compression)) {
    const remedy = `use one of ${compressions.join(', ')}`;
    numbers.problems.push({ where: 'compression', problem: `${String(compression)} is not known`, remedy });
  }
  const requestTimeoutMs = numbers.read('requestTimeoutMs', options.requestTimeoutMs, { byDefault: 30_000 });
  const fetchMaxWaitMs = numbers.read('fetch.fetchMaxWaitMs', fetch.fetchMaxWaitMs, { byDefault: 500, min: 0 });
  if (fetchMaxWaitMs >= requestTimeoutMs) {
    const problem = `${fetchMaxWaitMs} is not below requestTimeoutMs (${requestTimeoutMs})`;
    const remedy = 'the broker would answer after the client has given up: make it smaller';
    numbers.problems.push({ where: 'fetch.fetchMaxWaitMs', problem, remedy });
  }
  for (const name of ['fetchMinBytes', 'fetchMaxBytes', 'maxBufferedBytes', 'maxBatchBytes'] as const) {
    numbers.read(`fetch.${name}`, fetch[name], { byDefault: 1 });
  }
  const { retryBackoffMs, retryBackoffMaxMs } = defaultRetryBackoff;
  const backoff = {
    retryBackoffMs: numbers.read('retryBackoffMs', options.retryBackoffMs, { byDefault: retryBackoffMs }),
    retryBackoffMaxMs: numbers.read('retryBackoffMaxMs', options.retryBackoffMaxMs, { byDefault: retryBackoffMaxMs }),
  };
  return {
    ...backoff,
    requestTimeoutMs,
    retryTimeoutMs: numbers.read('retryTimeoutMs', options.retryTimeoutMs, { byDefault: 120_000, min: 0 }),
    metadataMaxAgeMs: numbers.read('metadataMaxAgeMs', options.metadataMaxAgeMs, { byDefault: 300_000 }),
    maxRequestSizeBytes: numbers.read('maxRequestSizeBytes', options.maxRequestSizeBytes, { byDefault: 1_048_576 }),
    compression,
    fetch: { ...backoff, ...fetch },
  };
};

const notEmpty = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** What is wrong with the credentials. Their values are never part of a message. */
const saslProblems = (sasl: SaslOptions): Problem[] => {
  if (!mechanisms.includes(sasl.mechanism)) {
    const remedy = `use one of ${mechanisms.join(', ')}`;
    return [{ where: 'sasl.mechanism', problem: `${String(sasl.mechanism)} is not known`, remedy }];
  }
  if (sasl.mechanism === 'OAUTHBEARER') {
    if (typeof sasl.token === 'function') return [];
    return [{ where: 'sasl.token', problem: 'it is no function', remedy: 'give a function that gives the token' }];
  }
  const given = { username: sasl.username, password: sasl.password };
  return Object.entries(given)
    .filter(([, value]) => !notEmpty(value))
    .map(([name]) => ({ where: `sasl.${name}`, problem: 'it is missing', remedy: `${sasl.mechanism} needs it` }));
};

const check = (problems: readonly Problem[]): void => {
  if (problems.length > 0) throw new ConfigError(problems);
};

/** @throws ConfigError CONFIG_INVALID with everything that is wrong */
export const resolveTuning = (options: KafkaTuning): KafkaSettings => {
  const numbers = new NumberReader();
  const settings = readTuning(options, numbers);
  check(numbers.problems);
  return settings;
};

/** @throws ConfigError CONFIG_INVALID with everything that is wrong */
export const resolveOptions = (
  options: KafkaOptions,
): { readonly settings: KafkaSettings; readonly network: NetworkSettings } => {
  const numbers = new NumberReader();
  const settings = readTuning(options, numbers);
  const { tls = false, sasl = null } = options;
  const servers = parseServers(options.bootstrapServers);
  const network = {
    bootstrapServers: servers.addresses,
    tls: tls === true ? {} : tls === false ? null : tls,
    sasl,
    connectTimeoutMs: numbers.read('connectTimeoutMs', options.connectTimeoutMs, { byDefault: 10_000 }),
    maxAnswerBytes: numbers.read('maxAnswerBytes', options.maxAnswerBytes, { byDefault: 268_435_456, min: 1_048_576 }),
  };
  check([...servers.problems, ...numbers.problems, ...(sasl === null ? [] : saslProblems(sasl))]);
  return { settings, network };
};
