import type { AvscType, Reader } from './avsc-library.ts';
import { forSchema } from './avsc-library.ts';
import { complexTypes } from './complex-types.ts';
import { logicalTypes } from './logical-types.ts';
import { primitiveTypes } from './primitive-types.ts';

/** Which side of a resolution a schema is on. */
type SchemaRole = 'reader' | 'writer';

interface SchemaObject {
  readonly type?: unknown;
  readonly fields?: unknown;
}

const isObject = (value: unknown): value is SchemaObject => typeof value === 'object' && value !== null;

/** A writer's defaults say nothing about its bytes, and avsc refuses some that Java and Avro 1.12 accept. */
const withoutDefaults = (schema: SchemaObject): object => {
  const { fields } = schema;
  if (!Array.isArray(fields)) return schema;
  const cleared = fields.map((field: unknown) => (isObject(field) ? { ...field, default: undefined } : field));
  return { ...schema, fields: cleared };
};

const typeHook = (role: SchemaRole) => {
  return (schema: unknown, options: unknown): AvscType | undefined => {
    if (!isObject(schema)) return primitiveTypes.get(schema);
    const Complex = complexTypes.get(schema.type);
    if (Complex === undefined) return primitiveTypes.get(schema.type);
    return new Complex(role === 'writer' ? withoutDefaults(schema) : schema, options);
  };
};

/**
 * The type of a parsed schema. Throws with a message about the schema when it is not a valid one. In a reader's schema
 * that includes a logical type that does not suit the type it annotates; in a writer's such a one is ignored, as Avro
 * has it.
 */
export const compileSchema = (schema: unknown, role: SchemaRole): AvscType =>
  forSchema(schema, { logicalTypes, assertLogicalTypes: role === 'reader', typeHook: typeHook(role) });

/** The full name of a record, enum or fixed, otherwise what the type is. */
export const schemaName = (type: AvscType): string => type.name ?? type.typeName.replace(/^(?:union|logical):/u, '');

/**
 * What reads `writer`'s bytes as `reader`'s values. Names are compared in full first and then, as Avro has it, without
 * namespaces. Throws when the schemas do not fit; a writer's union fits when each of its branches does, which is also
 * what a registry asks of compatible schemas.
 */
export const resolveSchemas = (reader: AvscType, writer: AvscType): Reader => {
  try {
    return reader.createResolver(writer);
  } catch {
    return reader.createResolver(writer, { ignoreNamespaces: true });
  }
};
