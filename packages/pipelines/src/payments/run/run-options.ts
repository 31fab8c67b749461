import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';
import type { LogLevel } from '@millrace/stream-core';
import type { GivenSettings } from '../../shared/settings/gather-settings.ts';
import { SettingReader } from '../../shared/settings/setting-reader.ts';
import type { StateEngineName } from '../../shared/state-engine.ts';
import { stateEngineNames } from '../../shared/state-engine.ts';
import type { ApplicationName } from '../applications.ts';
import { applicationNames, orchestrator } from '../applications.ts';
import type { FraudMode } from '../config.ts';

const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;

/** How a user shows at the brokers who it is. */
export type SaslOptions =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: string };

/** PEM texts; `null` where none was given. */
export interface TlsOptions {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** How the brokers are reached. */
export interface ClusterOptions {
  readonly bootstrapServers: readonly string[];
  /** `null`: without TLS. */
  readonly tls: TlsOptions | null;
  readonly sasl: SaslOptions | null;
}

/** How the schema registry is reached. */
export interface RegistryOptions {
  readonly urls: readonly string[];
  /** `null`: with the authorities that Node.js trusts. */
  readonly ca: string | null;
  readonly auth: { readonly username: string; readonly password: string } | null;
}

/** What `millrace run payments` is to do. */
export interface RunOptions {
  readonly cluster: ClusterOptions;
  readonly registry: RegistryOptions;
  readonly applications: readonly ApplicationName[];
  /** Of the orchestrator. */
  readonly applicationId: string;
  /** The name of a static member, the same in every group; `null`: the members are dynamic. */
  readonly instanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly guarantee: 'exactly_once_v2' | 'at_least_once';
  readonly fraud: FraudMode;
  /** How long fraud, revenue and core may take to answer. */
  readonly answerTimeoutMs: number;
  readonly state: { readonly engine: StateEngineName; readonly directory: string };
  readonly createTopics: boolean;
  /** How many times fewer partitions than in production; below 1: more. */
  readonly partitionsDivisor: number;
  readonly replicationFactor: number;
  readonly badRecords: 'fail' | 'continue';
  /** `null`: no health endpoint. */
  readonly health: { readonly host: string; readonly port: number } | null;
  readonly drainTimeoutMs: number;
  readonly logLevel: LogLevel;
  readonly hmacKey: KeyObject;
}

const readTls = (reader: SettingReader): TlsOptions | null => {
  const [ca, cert, key] = [reader.fileText('tls-ca'), reader.fileText('tls-cert'), reader.fileText('tls-key')];
  const isGiven = (name: string): boolean => reader.optional(name) !== null;
  if (isGiven('tls-cert') !== isGiven('tls-key')) {
    reader.problem('--tls-cert and --tls-key: one needs the other; give both or none');
  }
  const isOn = reader.isOn('tls') || ['tls-ca', 'tls-cert', 'tls-key'].some(isGiven);
  return isOn ? { ca, cert, key } : null;
};

const readSasl = (reader: SettingReader): SaslOptions | null => {
  const mechanism = reader.oneOf('sasl-mechanism', saslMechanisms, null);
  if (mechanism === null) {
    const orphans = ['sasl-username', 'sasl-password', 'sasl-token'].filter((name) => reader.optional(name) !== null);
    const isMissing = reader.optional('sasl-mechanism') === null;
    for (const name of isMissing ? orphans : []) reader.problem(`${reader.where(name)}: it needs --sasl-mechanism`);
    return null;
  }
  if (mechanism === 'OAUTHBEARER') {
    return { mechanism, token: reader.requiredSecret('sasl-token', 'OAUTHBEARER needs a token') };
  }
  const username = reader.required('sasl-username', `${mechanism} needs a user`);
  return { mechanism, username, password: reader.requiredSecret('sasl-password', `${mechanism} needs a password`) };
};

const readRegistry = (reader: SettingReader, ca: string | null): RegistryOptions => {
  reader.required('registry', 'give http://HOST:PORT or https://HOST:PORT, with the path if there is one');
  const urls = reader.list('registry').filter((url) => url !== '');
  const username = reader.optional('registry-username');
  if (username === null && reader.optional('registry-password') !== null) {
    reader.problem(`${reader.where('registry-password')}: it needs --registry-username`);
  }
  if (username === null) return { urls, ca, auth: null };
  const password = reader.requiredSecret('registry-password', 'a user of the registry needs a password');
  return { urls, ca, auth: { username, password } };
};

const readBootstrap = (reader: SettingReader): readonly string[] => {
  reader.required('bootstrap', 'give HOST:PORT of one or more brokers');
  const servers = reader.list('bootstrap').filter((server) => server !== '');
  for (const server of servers) {
    const port = Number(/^(?:[^\s:/@]+|\[[\da-fA-F:.]+\]):(\d{1,5})$/u.exec(server)?.[1] ?? 0);
    if (port < 1 || port > 65_535) reader.problem(`${reader.where('bootstrap')} ${server}: give HOST:PORT`);
  }
  return servers;
};

const readHmacKey = (reader: SettingReader): KeyObject => {
  const text = reader.requiredSecret(
    'hmac-key',
    'give 32 random bytes in base64, the same to every instance, for good',
  );
  const bytes = Buffer.from(text, 'base64');
  const isBase64 = bytes.toString('base64').replace(/=+$/u, '') === text.trim().replace(/=+$/u, '');
  if (text !== '' && (!isBase64 || bytes.length < 32)) {
    reader.problem(`${reader.where('hmac-key')}: it is not base64 of 32 bytes or more`);
  }
  return createSecretKey(bytes.length === 0 ? Buffer.alloc(32) : bytes);
};

const readApplications = (reader: SettingReader): readonly ApplicationName[] => {
  const names = reader.list('applications', applicationNames);
  const isKnown = (name: string): name is ApplicationName => applicationNames.some((each) => each === name);
  for (const name of names) {
    if (!isKnown(name)) reader.problem(`${reader.where('applications')} ${name}: give ${applicationNames.join(', ')}`);
  }
  return applicationNames.filter((name) => names.includes(name));
};

const readState = (reader: SettingReader): RunOptions['state'] => {
  const directory = reader.optional('state');
  const engine = reader.oneOf('state-engine', stateEngineNames, directory === null ? 'memory' : 'lmdb');
  if (engine !== 'memory' && directory === null)
    reader.problem(`${reader.where('state-engine')} ${engine}: it needs --state`);
  return { engine, directory: directory ?? '' };
};

const readId = (reader: SettingReader, name: string): string | null => {
  const id = reader.optional(name);
  if (id !== null && !/^[a-zA-Z0-9._-]{1,200}$/u.test(id)) {
    reader.problem(`${reader.where(name)} ${id}: give 1 to 200 ASCII letters, digits, '.', '_' or '-'`);
  }
  return id;
};

/** @throws UsageError with everything that is wrong with the settings */
export const readRunOptions = (given: GivenSettings): RunOptions => {
  const reader = new SettingReader(given);
  const bootstrapServers = readBootstrap(reader);
  const tls = readTls(reader);
  const healthPort = reader.wholeNumber('health-port', null, { min: 0, max: 65_535 });
  const replicationFactor = reader.wholeNumber('replication-factor', 3, { min: -1, max: 100 });
  if (replicationFactor === 0) reader.problem(`${reader.where('replication-factor')} 0: give 1 or more, or -1`);
  const options: RunOptions = {
    cluster: { bootstrapServers, tls, sasl: readSasl(reader) },
    registry: readRegistry(reader, tls?.ca ?? null),
    applications: readApplications(reader),
    applicationId: readId(reader, 'application-id') ?? orchestrator.applicationId,
    instanceId: readId(reader, 'instance-id'),
    sessionTimeoutMs: 1_000 * reader.wholeNumber('session-timeout', 45, { min: 1, max: 1_800 }),
    guarantee: reader.oneOf('guarantee', ['exactly_once_v2', 'at_least_once'], 'exactly_once_v2'),
    fraud: reader.oneOf('fraud', ['builtin', 'external'], 'builtin'),
    answerTimeoutMs: 1_000 * reader.wholeNumber('answer-timeout', 5, { min: 1, max: 600 }),
    state: readState(reader),
    createTopics: reader.isOn('create-topics'),
    partitionsDivisor: 1 / reader.decimal('scale', 1, { min: 0.01, max: 10 }),
    replicationFactor,
    badRecords: reader.oneOf('bad-records', ['fail', 'continue'], 'fail'),
    health: healthPort === null ? null : { host: reader.optional('health-host') ?? '0.0.0.0', port: healthPort },
    drainTimeoutMs: 1_000 * reader.wholeNumber('drain-timeout', 30, { min: 1, max: 600 }),
    logLevel: reader.oneOf('log-level', ['debug', 'info', 'warn', 'error'], 'info'),
    hmacKey: readHmacKey(reader),
  };
  reader.check();
  return options;
};
