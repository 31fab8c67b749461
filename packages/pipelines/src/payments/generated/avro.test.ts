import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// This test is the generator: `vitest -u` writes the two files anew from /schemas, and without -u they must agree.

interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
}

interface AvroNamed {
  readonly type: 'record' | 'enum';
  readonly name: string;
  readonly namespace: string;
  readonly doc: string;
  readonly symbols?: readonly string[];
  readonly fields?: readonly AvroField[];
}

interface AvroAnnotated {
  readonly type: string;
  readonly logicalType?: string;
  readonly items?: AvroType;
}

type AvroType = string | AvroAnnotated | readonly AvroType[];

const directory = new URL('../../../../../schemas/payments/', import.meta.url);
const named: readonly AvroNamed[] = readdirSync(directory)
  .filter((file) => file.endsWith('.avsc'))
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, directory), 'utf8')));
const byName = new Map(named.map((schema) => [schema.name, schema]));
const records = named.filter(({ type }) => type === 'record');

const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type);

/** The schema with everything it names inside, each once, and without what only people read. */
const selfContained = (type: AvroType, met: Set<string>): unknown => {
  if (isUnion(type)) return type.map((branch) => selfContained(branch, met));
  if (typeof type !== 'string') {
    return type.items === undefined ? type : { ...type, items: selfContained(type.items, met) };
  }
  const schema = byName.get(type);
  if (schema === undefined || met.has(type)) return type;
  met.add(type);
  const { doc, fields, ...rest } = schema;
  expect(doc.length).toBeGreaterThan(10);
  if (fields === undefined) return rest;
  return {
    ...rest,
    fields: fields.map(({ doc: _doc, ...field }) => ({ ...field, type: selfContained(field.type, met) })),
  };
};

const primitives: Readonly<Record<string, string>> = {
  string: 'string',
  int: 'number',
  double: 'number',
  boolean: 'boolean',
};

const typescript = (type: AvroType): string => {
  if (isUnion(type)) return type.map(typescript).reverse().join(' | ');
  if (typeof type !== 'string') {
    if (type.items !== undefined) return `readonly ${typescript(type.items)}[]`;
    return type.logicalType === 'decimal' ? 'bigint' : 'number';
  }
  return type === 'null' ? 'null' : (primitives[type] ?? type);
};

const enumType = ({ name, symbols = [] }: AvroNamed): string => {
  const quoted = symbols.map((symbol) => `'${symbol}'`);
  const line = `export type ${name} = ${quoted.join(' | ')};`;
  return line.length <= 120 ? line : `export type ${name} =\n${quoted.map((each) => `  | ${each}`).join('\n')};`;
};

const interfaceType = ({ name, fields = [] }: AvroNamed): string => {
  const lines = fields.map(({ name: field, type, doc }) => {
    const comment = doc === undefined ? '' : `  /** ${doc} */\n`;
    return `${comment}  readonly ${field}: ${typescript(type)};\n`;
  });
  return `export interface ${name} {\n${lines.join('')}}`;
};

const heading = '// Generated from /schemas/payments by avro.test.ts; change the schemas and run `vitest -u` on it.\n';

const documented = (schema: AvroNamed, code: string): string => `\n/** ${schema.doc} */\n${code}\n`;

test('the types are those of the schemas', async () => {
  const enums = named.filter(({ type }) => type === 'enum');
  const enumCode = enums.map((schema) => documented(schema, enumType(schema)));
  await expect(`${heading}${enumCode.join('')}`).toMatchFileSnapshot('./avro-enums.ts');
  const imported = enums.map(({ name }) => `  ${name},\n`).join('');
  const recordCode = records.map((schema) => documented(schema, interfaceType(schema)));
  await expect(
    `${heading}// Money is the bigint of its cents, times are epoch ms.\n\nimport type {\n${imported}} from './avro-enums.ts';\n${recordCode.join('')}`,
  ).toMatchFileSnapshot('./avro-types.ts');
});

test('the schemas in the package are those of the repository, each with all that it names', async () => {
  const entries = records.map(({ name }) => {
    const text = JSON.stringify(selfContained(name, new Set()));
    return `  ${name}:\n    '${text}',\n`;
  });
  const names = records.map(({ name }) => `  | '${name}'`).join('\n');
  const code = [
    heading,
    `\n/** The records that have a schema. */\nexport type SchemaName =\n${names};\n`,
    `\n/** The Avro schemas as they are registered. */\nexport const avroSchemas: Readonly<Record<SchemaName, string>> = {\n`,
    ...entries,
    '};\n',
  ];
  await expect(code.join('')).toMatchFileSnapshot('./avro-schemas.ts');
});
