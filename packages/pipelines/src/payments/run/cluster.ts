import type { SchemaSource } from '@millrace/stream-core/avro';
import { schemaRegistry } from '@millrace/stream-core/avro';
import type { Broker } from '@millrace/stream-core/broker';
import type { ClusterOptions, RegistryOptions, TlsOptions } from './run-options.ts';

/** How long a client waits for its cluster. */
export interface ClusterTuning {
  readonly retryTimeoutMs?: number;
}

const pem = ({ ca, cert, key }: TlsOptions) => ({
  ...(ca === null ? {} : { ca }),
  ...(cert === null ? {} : { cert }),
  ...(key === null ? {} : { key }),
});

/**
 * The Kafka cluster of a run. Its client is loaded here, so that whoever runs something else does without its package.
 *
 * @param tuning how long the client waits, where not as by default
 * @throws ConfigError CONFIG_INVALID
 */
export const kafkaOf = async (
  { bootstrapServers, tls, sasl }: ClusterOptions,
  tuning: ClusterTuning = {},
): Promise<Broker> => {
  const { kafka } = await import('@millrace/stream-core/kafka');
  const credentials = sasl?.mechanism === 'OAUTHBEARER' ? { ...sasl, token: () => sasl.token } : sasl;
  return kafka({
    bootstrapServers,
    ...tuning,
    ...(tls === null ? {} : { tls: pem(tls) }),
    ...(credentials === null ? {} : { sasl: credentials }),
  });
};

/**
 * The schema registry of a run.
 *
 * @throws ConfigError CONFIG_INVALID
 */
export const registryOf = ({ urls, ca, auth }: RegistryOptions): SchemaSource => {
  // The authority may be that of the brokers alone, while the registry speaks plain HTTP.
  const isSecure = urls.every((url) => url.startsWith('https:'));
  return schemaRegistry({
    url: urls,
    ...(ca !== null && isSecure ? { tls: { ca } } : {}),
    ...(auth === null ? {} : { auth }),
  });
};
