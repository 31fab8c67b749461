import type { SchemaSource } from './schema-source.ts';
import type { AvroSchema } from './schema-text.ts';
import { canonicalSchemaText, schemaText } from './schema-text.ts';

/** A schema source that answers at once. */
export interface InMemorySchemaSource extends SchemaSource {
  register(subject: string, schema: string): number;
  schemaById(id: number): string | null;
}

/**
 * A schema source inside the process, for tests, demos and topics whose ids are agreed on: it answers at once and
 * accepts every schema under every subject.
 *
 * `fixed` gives schemas by id. Other schemas get the lowest free ids from 1 in the order they are registered; a schema
 * that was met before, under any subject, keeps its id.
 *
 * @example inMemorySchemaSource({ 105: paymentRequest })
 */
export const inMemorySchemaSource = (fixed: Readonly<Record<number, AvroSchema>> = {}): InMemorySchemaSource => {
  const texts = new Map<number, string>();
  const ids = new Map<string, number>();
  const add = (id: number, schema: AvroSchema): number => {
    texts.set(id, schemaText(schema));
    const canonical = canonicalSchemaText(schema);
    if (!ids.has(canonical)) ids.set(canonical, id);
    return id;
  };
  for (const [id, schema] of Object.entries(fixed)) add(Number(id), schema);

  let next = 1;
  return {
    register: (_subject, schema) => {
      const known = ids.get(canonicalSchemaText(schema));
      if (known !== undefined) return known;
      while (texts.has(next)) next++;
      return add(next, schema);
    },
    schemaById: (id) => texts.get(id) ?? null,
  };
};
