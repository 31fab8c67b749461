/** A named type somewhere in a parsed schema. */
type Definition = Record<string, unknown>;

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const namedTypes = new Set<unknown>(['record', 'error', 'enum', 'fixed']);

const isObject = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface FullName {
  readonly fullName: string;
  /** Where the names inside are looked up. */
  readonly namespace: string;
}

const nameOf = (definition: Definition, enclosing: string): FullName => {
  const name = String(definition['name']);
  const dot = name.lastIndexOf('.');
  if (dot >= 0) return { fullName: name, namespace: name.slice(0, dot) };
  const own = definition['namespace'];
  const namespace = typeof own === 'string' ? own : enclosing;
  return { fullName: namespace === '' ? name : `${namespace}.${name}`, namespace };
};

/** Rebuilds a schema in which each named type is defined where it is met first, and a name everywhere else. */
class Inliner {
  readonly #definitions = new Map<string, Definition>();
  readonly #written = new Set<string>();

  /** Remembers the named types of a schema that is referred to. */
  collect(schema: unknown, namespace: string): void {
    if (Array.isArray(schema)) for (const branch of schema) this.collect(branch, namespace);
    if (!isObject(schema)) return;
    let inner = namespace;
    if (namedTypes.has(schema['type'])) {
      const name = nameOf(schema, namespace);
      if (!this.#definitions.has(name.fullName)) this.#definitions.set(name.fullName, schema);
      inner = name.namespace;
    }
    for (const part of ['type', 'items', 'values']) this.collect(schema[part], inner);
    const { fields } = schema;
    if (Array.isArray(fields)) for (const field of fields) if (isObject(field)) this.collect(field['type'], inner);
  }

  rebuild(schema: unknown, namespace: string): unknown {
    if (typeof schema === 'string') return this.#named(schema, namespace);
    if (Array.isArray(schema)) return schema.map((branch: unknown) => this.rebuild(branch, namespace));
    if (!isObject(schema)) return schema;
    return namedTypes.has(schema['type']) ? this.#definition(schema, namespace) : this.#parts(schema, namespace);
  }

  #named(name: string, namespace: string): unknown {
    if (primitives.has(name)) return name;
    const local = name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
    // A name without a dot may also be one of the null namespace; Avro looks there last.
    const fullName = this.#written.has(local) || this.#definitions.has(local) ? local : name;
    const definition = this.#definitions.get(fullName);
    if (definition === undefined || this.#written.has(fullName)) return fullName === local ? local : name;
    const dot = fullName.lastIndexOf('.');
    return this.#definition(definition, dot < 0 ? '' : fullName.slice(0, dot));
  }

  #definition(schema: Definition, enclosing: string): unknown {
    const { fullName, namespace } = nameOf(schema, enclosing);
    if (this.#written.has(fullName)) return fullName;
    this.#written.add(fullName);
    const { fields } = schema;
    const dot = fullName.lastIndexOf('.');
    // The name is taken apart again, because the namespace must not depend on where the definition stands.
    const named = { ...schema, name: fullName.slice(dot + 1), namespace: dot < 0 ? '' : fullName.slice(0, dot) };
    if (!Array.isArray(fields)) return named;
    const rebuilt = fields.map((field: unknown) => (isObject(field) ? this.#parts(field, namespace) : field));
    return { ...named, fields: rebuilt };
  }

  #parts(schema: Definition, namespace: string): Definition {
    const rebuilt = { ...schema };
    for (const part of ['type', 'items', 'values']) {
      if (part in schema) rebuilt[part] = this.rebuild(schema[part], namespace);
    }
    return rebuilt;
  }
}

/**
 * One schema that needs no other: the names that it takes from the schemas it refers to become their definitions.
 *
 * @param referenced the schemas that are referred to, in any order, references of references too
 * @throws SyntaxError when one is no JSON
 */
export const inlineReferences = (text: string, referenced: readonly string[]): string => {
  const inliner = new Inliner();
  for (const each of referenced) inliner.collect(JSON.parse(each), '');
  return JSON.stringify(inliner.rebuild(JSON.parse(text), ''));
};
