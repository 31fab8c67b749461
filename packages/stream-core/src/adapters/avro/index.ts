// The public door `@millrace/stream-core/avro`; it needs the peer `avsc`.
export type { AvroOptions, AvroSerdeFactory, AvroSerdesOptions } from './avro-serdes.ts';
export { avroSerdes } from './avro-serdes.ts';
export type { InMemorySchemaSource } from './in-memory-schema-source.ts';
export { inMemorySchemaSource } from './in-memory-schema-source.ts';
export type { SchemaSource } from './schema-source.ts';
export type { AvroSchema } from './schema-text.ts';
export type { SubjectContext, SubjectNameStrategy } from './subject-name-strategy.ts';
export { recordNameStrategy, topicNameStrategy, topicRecordNameStrategy } from './subject-name-strategy.ts';
