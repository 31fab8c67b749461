import { StreamsError } from '../../../errors/streams-error.ts';
import type { Api, ResponseOf } from '../protocol/api.ts';
import { apiVersionsApi } from '../protocol/api-versions-api.ts';
import { isKafkaError, kafkaError } from '../protocol/error-codes.ts';
import { Reader } from '../protocol/reader.ts';
import { addressText } from './network-error.ts';
import type { HostPort } from './network-options.ts';

type ApiVersions = ResponseOf<typeof apiVersionsApi>;

/** The part of an Api that versions are negotiated by. */
export type VersionedApi = Pick<Api<never, never>, 'name' | 'key' | 'minVersion' | 'maxVersion'>;

/** What a broker said about itself at the beginning of a connection. */
export class BrokerVersions {
  /** Features that the cluster finalised, by name. */
  readonly features: ReadonlyMap<string, number>;
  readonly #address: HostPort;
  readonly #ranges: ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>;

  constructor(address: HostPort, { apiKeys, finalizedFeatures }: ApiVersions) {
    this.#address = address;
    this.#ranges = new Map(apiKeys.map((range) => [range.apiKey, range]));
    this.features = new Map(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]));
  }

  /** The newest version that both sides speak. @throws StreamsError UNSUPPORTED_VERSION */
  newest({ name, key, minVersion, maxVersion }: VersionedApi): number {
    const range = this.#ranges.get(key) ?? { minVersion: 0, maxVersion: -1 };
    const newest = Math.min(maxVersion, range.maxVersion);
    if (newest >= Math.max(minVersion, range.minVersion)) return newest;
    const theirs =
      range.maxVersion < 0 ? 'does not know it' : `has versions ${range.minVersion} to ${range.maxVersion}`;
    throw new StreamsError(
      'UNSUPPORTED_VERSION',
      `The broker at ${addressText(this.#address)} cannot answer ${name}: this client needs a version from ${minVersion} to ${maxVersion}, the broker ${theirs}. Use a broker of Kafka 2.8 or later.`,
    );
  }
}

/** Sends ApiVersions in a version, and gives the body of the answer. */
type Ask = (version: number) => Promise<Buffer>;

/**
 * Asks a broker for its versions. One that does not know the newest version of the request answers in version 0, with
 * the versions that it knows.
 */
export const negotiateVersions = async (address: HostPort, ask: Ask): Promise<BrokerVersions> => {
  const newest = apiVersionsApi.maxVersion;
  let body = await ask(newest);
  let version = newest;
  if (body.length >= 2 && isKafkaError(body.readInt16BE(0), 'UNSUPPORTED_VERSION')) {
    const { apiKeys } = apiVersionsApi.readResponse(new Reader(body), 0);
    version = Math.min(newest, apiKeys.find(({ apiKey }) => apiKey === apiVersionsApi.key)?.maxVersion ?? 0);
    body = await ask(version);
  }
  const answer = apiVersionsApi.readResponse(new Reader(body), version);
  if (answer.errorCode === 0) return new BrokerVersions(address, answer);
  const { name } = kafkaError(answer.errorCode);
  const problem = `does not tell its versions (${name}). Use a broker of Kafka 2.8 or later.`;
  throw new StreamsError('UNSUPPORTED_VERSION', `The broker at ${addressText(address)} ${problem}`);
};
