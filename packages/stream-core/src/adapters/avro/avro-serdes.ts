import type { Clock } from '../../common/clock.ts';
import { systemClock } from '../../common/clock.ts';
import type { Duration } from '../../common/duration.ts';
import { toMs } from '../../common/duration.ts';
import type { Problem } from '../../errors/streams-error.ts';
import { ConfigError, errorMessage } from '../../errors/streams-error.ts';
import type { Serde } from '../../serdes/serde.ts';
import { AvroSerde } from './avro-serde.ts';
import type { AvscType } from './avsc-library.ts';
import { compileSchema } from './compile-schema.ts';
import { SchemaCache } from './schema-cache.ts';
import type { SchemaSource } from './schema-source.ts';
import type { AvroSchema } from './schema-text.ts';
import { canonicalSchemaText, parseSchema, schemaText } from './schema-text.ts';
import type { SubjectNameStrategy } from './subject-name-strategy.ts';
import { topicNameStrategy } from './subject-name-strategy.ts';
import { maxSchemaId } from './wire-format.ts';

/** What the Avro serdes of an application share. */
export interface AvroSerdesOptions {
  /** Gives schemas their ids and ids their schemas. */
  readonly source: SchemaSource;
  /** The subject of a serde that names none. @default topicNameStrategy */
  readonly subject?: SubjectNameStrategy;
  /** How long an id stays unknown before `prepare` asks the source again. @default '30s' */
  readonly retryUnknownAfter?: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** How one Avro serde differs. */
export interface AvroOptions {
  /** True for the key of a record; it decides the subject. @default false */
  readonly isKey?: boolean;
  /** @default the subject of `avroSerdes` */
  readonly subject?: SubjectNameStrategy;
  /** The id to write. The schema is believed to have it and is not registered. */
  readonly id?: number;
  /**
   * Read records of schema `id` only; others are SCHEMA_MISMATCH. This makes the serde `canonical` where its schema
   * allows it: without maps, arrays, floats, doubles, and decimals in bytes. Needs `id`. @default false
   */
  readonly onlyId?: boolean;
  /** Decoded values are mutated by nobody and may be shared. @default false */
  readonly immutable?: boolean;
}

/**
 * A serde for values of an Avro schema, which both writes them and reads what compatible schemas wrote.
 * `T` is the type of the values; it is believed, not derived from the schema.
 *
 * @throws ConfigError (CONFIG_INVALID) when the schema or an option is not valid.
 */
export type AvroSerdeFactory = <T = unknown>(schema: AvroSchema, options?: AvroOptions) => Serde<T>;

const optionProblems = ({ id, onlyId = false }: AvroOptions): Problem[] => {
  const problems: Problem[] = [];
  if (id !== undefined && !(Number.isInteger(id) && id >= 0 && id <= maxSchemaId)) {
    problems.push({
      where: 'id',
      problem: `${id} is not a schema id`,
      remedy: `use an integer from 0 to ${maxSchemaId}`,
    });
  }
  if (onlyId && id === undefined) {
    problems.push({ where: 'onlyId', problem: 'there is no id to hold on to', remedy: 'give the id too' });
  }
  return problems;
};

const compile = (schema: AvroSchema, problems: Problem[]): AvscType => {
  try {
    const type = compileSchema(parseSchema(schema), 'reader');
    if (problems.length === 0) return type;
  } catch (error) {
    problems.push({ where: 'schema', problem: errorMessage(error), remedy: 'give a valid Avro schema' });
  }
  throw new ConfigError(problems);
};

/**
 * Avro in Confluent's wire format, over one schema source: magic byte 0, the schema id in 4 bytes, the value in Avro's
 * binary encoding. What the source has answered is shared by all serdes made here.
 *
 * Values: a record is a plain object, `["null", X]` is `X | null`, an absent field is written as its default, `bytes`
 * and `fixed` are Buffers, `int` and `long` are numbers (RangeError outside the safe integers), an enum is its symbol.
 * A union of types that JavaScript cannot tell apart, such as `["int", "string", "double"]`, is `{ double: 1.5 }`.
 * Of the logical types, `decimal` is the bigint of the unscaled value (12.50 with scale 2 is 1250n) and `uuid` is its
 * text; all others are the type beneath: `timestamp-millis` is a number of epoch milliseconds, `date` of days.
 *
 * Errors that become DESERIALIZATION_FAILED: SCHEMA_UNKNOWN (an id that the source does not know), SCHEMA_MISMATCH (the
 * writer's schema cannot be read as this one), RangeError (bytes that are not framed, cut off, or followed by others).
 * Errors that become SERIALIZATION_FAILED: SCHEMA_MISMATCH (it names the fields that do not fit, never their values),
 * SCHEMA_UNKNOWN (`prepareWrite` was not awaited). One bad record or id never fails others. A source that fails makes
 * `prepare` or `prepareWrite` reject with its error.
 *
 * @example
 * const avro = avroSerdes({ source: inMemorySchemaSource() });
 * builder.stream('payments', { key: serdes.string(), value: avro<PaymentRequest>(paymentRequestSchema) });
 */
export const avroSerdes = (options: AvroSerdesOptions): AvroSerdeFactory => {
  const { source, subject: defaultSubject = topicNameStrategy } = options;
  const { clock = systemClock, retryUnknownAfter = '30s' } = options;
  const cache = new SchemaCache({ source, clock, retryUnknownAfterMs: toMs(retryUnknownAfter, 'retryUnknownAfter') });

  return <T = unknown>(schema: AvroSchema, serdeOptions: AvroOptions = {}): Serde<T> => {
    const { isKey = false, subject = defaultSubject, id = null, onlyId = false, immutable = false } = serdeOptions;
    const type = compile(schema, optionProblems(serdeOptions));
    const texts = { text: schemaText(schema), canonicalText: canonicalSchemaText(schema) };
    return new AvroSerde<T>({ type, ...texts, cache, subject, isKey, id, onlyId, immutable });
  };
};
