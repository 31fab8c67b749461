import { errorMessage, StreamsError } from '../../errors/streams-error.ts';
import type { AvscType } from './avsc-library.ts';
import { compileSchema, resolveSchemas, schemaName } from './compile-schema.ts';
import { Encoder } from './encoder.ts';
import { parseSchema } from './schema-text.ts';

interface LatestSchema {
  readonly id: number;
  readonly text: string;
  readonly subject: string;
}

/**
 * Writes values of one schema with another that a source chose, the latest version of a subject. That one must be able
 * to read what the own schema writes; otherwise parts of the values would be dropped, or not fit record by record.
 *
 * @throws StreamsError SCHEMA_INCOMPATIBLE
 */
export const encoderOf = ({ id, text, subject }: LatestSchema, own: AvscType): Encoder => {
  try {
    const type = compileSchema(parseSchema(text), 'reader');
    resolveSchemas(type, own);
    return new Encoder(type);
  } catch (cause) {
    throw new StreamsError(
      'SCHEMA_INCOMPATIBLE',
      `Values of ${schemaName(own)} cannot be written with schema ${id}, the latest version of the subject ${subject}: ${errorMessage(cause)}; register a version that reads them, or change the schema here`,
      { cause },
    );
  }
};
