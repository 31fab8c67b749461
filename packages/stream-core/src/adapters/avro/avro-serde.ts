import { asBuffer } from '../../common/bytes.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { Serde } from '../../serdes/serde.ts';
import type { AvscType } from './avsc-library.ts';
import { isCanonicalType } from './canonical-type.ts';
import type { Decoder } from './decoder.ts';
import { ownDecoder, writerDecoder } from './decoder.ts';
import { Encoder } from './encoder.ts';
import { encoderOf } from './latest-schema.ts';
import type { SchemaCache } from './schema-cache.ts';
import type { WriteSchema } from './schema-source.ts';
import { canonicalSchemaText } from './schema-text.ts';
import type { SubjectNameStrategy } from './subject-name-strategy.ts';
import { framedSchemaId, framingProblem } from './wire-format.ts';

/** An Avro serde with its options resolved. */
export interface AvroSerdeSpec {
  readonly type: AvscType;
  /** What is registered. */
  readonly text: string;
  /** What is compared with the writers' schemas. */
  readonly canonicalText: string;
  readonly cache: SchemaCache;
  readonly subject: SubjectNameStrategy;
  readonly isKey: boolean;
  /** The id to write, without registering; `null` when the source gives it. */
  readonly id: number | null;
  /** Read no id but the written one. */
  readonly onlyId: boolean;
  readonly immutable: boolean;
}

/** How the values of a topic are written. */
interface Writer {
  readonly id: number;
  readonly encoder: Encoder;
}

const settle = async (pending: Iterable<Promise<unknown>>): Promise<void> => {
  await Promise.all(pending);
};

/** See `avroSerdes`. */
export class AvroSerde<T> implements Serde<T> {
  readonly canonical: boolean;
  readonly immutable: boolean;
  readonly #spec: AvroSerdeSpec;
  readonly #encoder: Encoder;
  readonly #decoders = new Map<number, Decoder>();
  /** What writes every topic when the id is given. */
  readonly #fixedWriter: Writer | null;
  readonly #writers = new Map<string, Writer>();

  constructor(spec: AvroSerdeSpec) {
    this.canonical = spec.onlyId && isCanonicalType(spec.type);
    this.immutable = spec.immutable;
    this.#spec = spec;
    this.#encoder = new Encoder(spec.type);
    this.#fixedWriter = spec.id === null ? null : { id: spec.id, encoder: this.#encoder };
    if (spec.id !== null) this.#decoders.set(spec.id, ownDecoder(spec.id, spec.type));
  }

  serialize(value: T, topic: string): Uint8Array {
    const writer = this.#fixedWriter ?? this.#writers.get(topic);
    if (writer !== undefined) return writer.encoder.encode(value, writer.id, topic);
    const message = `No schema id is known to write to ${topic}; await prepareWrite('${topic}') first`;
    throw new StreamsError('SCHEMA_UNKNOWN', message, { context: { topic } });
  }

  deserialize(bytes: Uint8Array, topic: string): T {
    const id = framedSchemaId(bytes);
    if (id === null) {
      throw new RangeError(`Bytes of ${topic} are not in Confluent's Avro framing: ${framingProblem(bytes)}`);
    }
    const decoder = this.#decoders.get(id) ?? this.#newDecoder(id, topic);
    return decoder.decode(asBuffer(bytes), topic) as T;
  }

  prepare(fetched: Iterable<Uint8Array>, _topic: string): Promise<void> | undefined {
    if (this.#spec.onlyId) return undefined;
    const pending = new Set<Promise<void>>();
    try {
      for (const bytes of fetched) {
        const id = framedSchemaId(bytes);
        if (id === null || this.#decoders.has(id)) continue;
        const loading = this.#spec.cache.load(id);
        if (loading !== undefined) pending.add(loading);
      }
    } catch (error) {
      pending.add(Promise.reject(error));
    }
    return pending.size === 0 ? undefined : settle(pending);
  }

  prepareWrite(topic: string): Promise<void> | undefined {
    if (this.#fixedWriter !== null || this.#writers.has(topic)) return undefined;
    try {
      const { cache, subject: nameSubject, isKey, text, type } = this.#spec;
      const subject = nameSubject({ topic, isKey, schemaName: type.name ?? null });
      const answer = cache.register(subject, text);
      if (answer instanceof Promise) return answer.then((schema) => this.#keepWriter(topic, subject, schema));
      this.#keepWriter(topic, subject, answer);
      return undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #keepWriter(topic: string, subject: string, { id, schema }: WriteSchema): void {
    const { type, canonicalText, text } = this.#spec;
    const isOwn = schema === text || canonicalSchemaText(schema) === canonicalText;
    const encoder = isOwn ? this.#encoder : encoderOf({ id, text: schema, subject }, type);
    const decoder = isOwn ? ownDecoder(id, type) : writerDecoder({ id, text: schema }, { type, canonicalText });
    this.#decoders.set(id, decoder);
    this.#writers.set(topic, { id, encoder });
  }

  #newDecoder(id: number, topic: string): Decoder {
    const { cache, onlyId, type, canonicalText } = this.#spec;
    if (onlyId) {
      const message = `A record of ${topic} has schema ${id}; this serde reads schema ${this.#spec.id} only (onlyId)`;
      throw new StreamsError('SCHEMA_MISMATCH', message, { context: { topic } });
    }
    const text = cache.text(id);
    if (text === null) {
      const message = `The schema source does not know schema ${id}, which a record of ${topic} names`;
      throw new StreamsError('SCHEMA_UNKNOWN', message, { context: { topic } });
    }
    const decoder = writerDecoder({ id, text }, { type, canonicalText });
    this.#decoders.set(id, decoder);
    return decoder;
  }
}
