import { createSecureContext } from 'node:tls';

import type { Chance } from '../../../common/chance.ts';
import { systemChance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { systemClock } from '../../../common/clock.ts';
import type { Duration } from '../../../common/duration.ts';
import { toMs } from '../../../common/duration.ts';
import type { Problem } from '../../../errors/streams-error.ts';
import { ConfigError, errorMessage } from '../../../errors/streams-error.ts';

/** Who asks: a user, or the bearer of a token. A token function is called for each request, so that it may change. */
export type SchemaRegistryAuth =
  | { readonly username: string; readonly password: string }
  | { readonly token: string | (() => string | Promise<string>) };

/** How a registry is reached over HTTPS, in PEM text. */
export interface SchemaRegistryTls {
  /** The authorities that may have signed the registry's certificate. @default those that Node.js trusts */
  readonly ca?: string;
  /** The certificate that this client shows; it needs `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** What opens `key`. */
  readonly passphrase?: string;
  /** The name in the registry's certificate. @default the host of the URL */
  readonly serverName?: string;
}

/** How often a request is tried. The pauses between rounds double, with jitter, from `backoff` to `maxBackoff`. */
export interface SchemaRegistryRetry {
  /** Rounds over all URLs, the first included. @default 6 */
  readonly attempts?: number;
  /** @default '200ms' */
  readonly backoff?: Duration;
  /** @default '5s' */
  readonly maxBackoff?: Duration;
}

/** Where a schema registry is and how it is used. */
export interface SchemaRegistryOptions {
  /** The address, with the path if it has one: `http://registry:8081`. Of several, the next is asked when one is away. */
  readonly url: string | readonly string[];
  readonly auth?: SchemaRegistryAuth;
  readonly tls?: SchemaRegistryTls;
  /** Register the schema of a serde before it writes to a topic for the first time. @default true */
  readonly autoRegister?: boolean;
  /**
   * Write with the latest version of the subject, which must be able to read what the schema of the serde writes.
   * Needs `autoRegister: false`. Otherwise, without `autoRegister`, the subject must have the schema of the serde itself.
   * @default false
   */
  readonly useLatestVersion?: boolean;
  /** How long one answer may take. @default '10s' */
  readonly requestTimeout?: Duration;
  readonly retry?: SchemaRegistryRetry;
  /** Longer answers are CORRUPT_MESSAGE. @default 4 MiB */
  readonly maxResponseBytes?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** The jitter. @default systemChance */
  readonly chance?: Chance;
}

/** The options of a registry, each with its value. */
export interface ResolvedRegistryOptions {
  readonly urls: readonly URL[];
  readonly auth: SchemaRegistryAuth | null;
  readonly tls: SchemaRegistryTls;
  readonly autoRegister: boolean;
  readonly useLatestVersion: boolean;
  readonly requestTimeoutMs: number;
  readonly attempts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly maxResponseBytes: number;
  readonly clock: Clock;
  readonly chance: Chance;
}

const urlOf = (text: string, problems: Problem[]): URL | null => {
  const refuse = (problem: string, remedy: string): null => {
    problems.push({ where: 'url', problem, remedy });
    return null;
  };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return refuse('it is not a URL', 'write http://HOST:PORT or https://HOST:PORT, with the path');
  // The text is not repeated: it may hold a password.
  if (url.username !== '' || url.password !== '') return refuse('it holds credentials', 'give them as auth');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refuse(`${url.protocol}//${url.host} is not an HTTP address`, 'begin it with http:// or https://');
  }
  if (url.search !== '' || url.hash !== '') return refuse(`${url.host} is followed by a query`, 'leave the query out');
  return url;
};

const urlsOf = ({ url }: SchemaRegistryOptions, problems: Problem[]): URL[] => {
  const texts = typeof url === 'string' ? [url] : url;
  if (texts.length === 0) problems.push({ where: 'url', problem: 'there is none', remedy: 'give at least one' });
  return texts.map((text) => urlOf(text, problems)).filter((each) => each !== null);
};

const checkAuth = (auth: SchemaRegistryAuth, problems: Problem[]): void => {
  const add = (where: string, problem: string, remedy: string): number => problems.push({ where, problem, remedy });
  if ('token' in auth) {
    if (auth.token === '') add('auth.token', 'it is empty', 'give the token, or leave auth out');
    return;
  }
  if (auth.username === '') add('auth.username', 'it is empty', 'give the name, or leave auth out');
  if (auth.username.includes(':')) add('auth.username', 'it holds a colon, which ends it', 'use a name without one');
};

const checkTls = (tls: SchemaRegistryTls, urls: readonly URL[], problems: Problem[]): void => {
  if (urls.some(({ protocol }) => protocol === 'http:')) {
    problems.push({ where: 'tls', problem: 'a url is http', remedy: 'use https, or leave tls out' });
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    problems.push({ where: 'tls', problem: 'cert and key go together', remedy: 'give both, or none' });
    return;
  }
  try {
    createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key, passphrase: tls.passphrase });
  } catch (error) {
    problems.push({
      where: 'tls',
      problem: errorMessage(error),
      remedy: 'give PEM text, and the passphrase of the key',
    });
  }
};

const durationMs = (value: Duration, where: string, problems: Problem[]): number => {
  try {
    return toMs(value, where);
  } catch {
    problems.push({
      where,
      problem: `${value} is not a duration`,
      remedy: "write milliseconds or '250ms', '5s', '2m'",
    });
    return 0;
  }
};

const positive = (value: number, where: string, problems: Problem[]): number => {
  if (!Number.isSafeInteger(value) || value < 1) {
    problems.push({ where, problem: `${value} is not a whole number from 1 on`, remedy: 'use one' });
  }
  return value;
};

/** @throws ConfigError (CONFIG_INVALID) with everything that is wrong */
export const resolveRegistryOptions = (options: SchemaRegistryOptions): ResolvedRegistryOptions => {
  const { auth = null, tls, retry = {}, autoRegister = true, useLatestVersion = false } = options;
  const problems: Problem[] = [];
  const urls = urlsOf(options, problems);
  if (auth !== null) checkAuth(auth, problems);
  if (tls !== undefined) checkTls(tls, urls, problems);
  if (autoRegister && useLatestVersion) {
    const problem = 'a schema that is registered is not looked up';
    problems.push({ where: 'useLatestVersion', problem, remedy: 'set autoRegister to false, or leave it out' });
  }
  const resolved = {
    urls,
    auth,
    tls: tls ?? {},
    autoRegister,
    useLatestVersion,
    requestTimeoutMs: durationMs(options.requestTimeout ?? '10s', 'requestTimeout', problems),
    attempts: positive(retry.attempts ?? 6, 'retry.attempts', problems),
    backoffMs: durationMs(retry.backoff ?? '200ms', 'retry.backoff', problems),
    maxBackoffMs: durationMs(retry.maxBackoff ?? '5s', 'retry.maxBackoff', problems),
    maxResponseBytes: positive(options.maxResponseBytes ?? 4_194_304, 'maxResponseBytes', problems),
    clock: options.clock ?? systemClock,
    chance: options.chance ?? systemChance,
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return resolved;
};
