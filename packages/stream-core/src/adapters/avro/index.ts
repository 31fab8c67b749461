// The public door `@millrace/stream-core/avro`; it needs the peer `avsc`, and no client of a schema registry.
export type { AvroOptions, AvroSerdeFactory, AvroSerdesOptions } from './avro-serdes.ts';
export { avroSerdes } from './avro-serdes.ts';
export type { InMemorySchemaSource } from './in-memory-schema-source.ts';
export { inMemorySchemaSource } from './in-memory-schema-source.ts';
export type {
  SchemaRegistryAuth,
  SchemaRegistryOptions,
  SchemaRegistryRetry,
  SchemaRegistryTls,
} from './registry/registry-options.ts';
export { schemaRegistry } from './schema-registry.ts';
export type { SchemaSource, WriteSchema } from './schema-source.ts';
export type { AvroSchema } from './schema-text.ts';
export type { SubjectContext, SubjectNameStrategy } from './subject-name-strategy.ts';
export { recordNameStrategy, topicNameStrategy, topicRecordNameStrategy } from './subject-name-strategy.ts';
