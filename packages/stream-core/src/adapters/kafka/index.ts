// The public door `@millrace/stream-core/kafka`; the peer `@platformatic/kafka` is needed to write snappy and lz4.
export type { CompressionType } from './compression/compression-type.ts';
export type { FetchTuning } from './fetch/fetch-options.ts';
export { kafka } from './kafka-broker.ts';
export type { KafkaOptions, KafkaTuning } from './kafka-options.ts';
export type { PasswordSaslOptions, SaslOptions, TlsOptions, TokenSaslOptions } from './network/network-options.ts';
