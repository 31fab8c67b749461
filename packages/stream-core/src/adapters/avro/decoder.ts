import { errorMessage, StreamsError } from '../../errors/streams-error.ts';
import type { AvscType, Reader } from './avsc-library.ts';
import { compileSchema, resolveSchemas, schemaName } from './compile-schema.ts';
import { canonicalSchemaText, parseSchema } from './schema-text.ts';
import { headerSizeBytes } from './wire-format.ts';

/** Reads the bytes of one writer's schema. */
export interface Decoder {
  /** The value in framed bytes. RangeError when they are damaged, SCHEMA_MISMATCH when the schemas do not fit. */
  decode(bytes: Buffer, topic: string): unknown;
}

const problemOf = (error: unknown): string =>
  error instanceof RangeError ? error.message : 'a union, an enum or a length in them is out of its range';

class BodyDecoder implements Decoder {
  readonly #schemaId: number;
  readonly #reader: AvscType;
  readonly #resolver: Reader | undefined;

  constructor(schemaId: number, reader: AvscType, resolver?: Reader) {
    this.#schemaId = schemaId;
    this.#reader = reader;
    this.#resolver = resolver;
  }

  decode(bytes: Buffer, topic: string): unknown {
    let decoded: { value: unknown; offset: number };
    try {
      decoded = this.#reader.decode(bytes, headerSizeBytes, this.#resolver);
    } catch (error) {
      if (error instanceof StreamsError) throw error;
      throw this.#damaged(topic, problemOf(error), error);
    }
    if (decoded.offset === bytes.length) return decoded.value;
    const left = bytes.length - decoded.offset;
    throw this.#damaged(topic, decoded.offset < 0 ? 'they are cut off' : `${left} bytes follow the value`);
  }

  #damaged(topic: string, problem: string, cause?: unknown): RangeError {
    const message = `Bytes of ${topic} with schema ${this.#schemaId} are not a ${schemaName(this.#reader)}: ${problem}`;
    return new RangeError(message, cause === undefined ? undefined : { cause });
  }
}

/** The decoder of the reader's own schema. */
export const ownDecoder = (schemaId: number, reader: AvscType): Decoder => new BodyDecoder(schemaId, reader);

interface WriterSchema {
  readonly id: number;
  readonly text: string;
}

/** Fails each record of a schema that cannot be read; the next schema is none of its business. */
const failingDecoder = (message: string, cause: unknown): Decoder => ({
  decode: (_bytes, topic) => {
    throw new StreamsError('SCHEMA_MISMATCH', message, { context: { topic }, cause });
  },
});

/** The decoder of a foreign schema. Schemas that are not valid or do not fit give one that fails with SCHEMA_MISMATCH. */
export const writerDecoder = (writer: WriterSchema, reader: { type: AvscType; canonicalText: string }): Decoder => {
  let name = 'not valid';
  try {
    if (canonicalSchemaText(writer.text) === reader.canonicalText) return ownDecoder(writer.id, reader.type);
    const type = compileSchema(parseSchema(writer.text), 'writer');
    name = schemaName(type);
    return new BodyDecoder(writer.id, reader.type, resolveSchemas(reader.type, type));
  } catch (error) {
    const message = `Schema ${writer.id} (${name}) cannot be read as ${schemaName(reader.type)}: ${errorMessage(error)}`;
    return failingDecoder(message, error);
  }
};
