import { errorMessage } from '../../errors/streams-error.ts';

/** An Avro schema: the parsed object of an `.avsc` file, its JSON text, or the name of a primitive type. */
export type AvroSchema = string | object;

const primitiveNames = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);

/** The schema as parsed JSON that shares nothing with what was given. Throws when the text is not JSON. */
export const parseSchema = (schema: AvroSchema): unknown => {
  if (typeof schema !== 'string') return JSON.parse(JSON.stringify(schema));
  if (primitiveNames.has(schema)) return schema;
  try {
    return JSON.parse(schema);
  } catch (error) {
    throw new SyntaxError(`the text is neither JSON nor a primitive type: ${errorMessage(error)}`);
  }
};

/** The schema as compact JSON text: what is registered. */
export const schemaText = (schema: AvroSchema): string => JSON.stringify(parseSchema(schema));

const sortKeys = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
};

/**
 * The text that equal schemas share, whatever their whitespace and the order of their keys. Avro's Parsing Canonical
 * Form would not do: it drops defaults and logical types, so that decimals of different scales were one schema.
 */
export const canonicalSchemaText = (schema: AvroSchema): string => JSON.stringify(parseSchema(schema), sortKeys);
