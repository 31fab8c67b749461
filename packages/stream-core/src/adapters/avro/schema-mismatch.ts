import { StreamsError } from '../../errors/streams-error.ts';
import type { AvscType, UnionType } from './avsc-library.ts';
import { schemaName } from './compile-schema.ts';
import { describeLogicalType } from './logical-types.ts';

const maxProblems = 3;

const expectation = (type: AvscType): string => {
  if (type.typeName.startsWith('union:')) return (type as UnionType).types.map(expectation).join(' | ');
  if (type.typeName.startsWith('logical:')) return describeLogicalType(type);
  return type.name === undefined ? type.typeName : `${type.typeName} ${type.name}`;
};

/** The kind of a value, never the value: messages are logged, and values are personal. */
const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (Buffer.isBuffer(value)) return `a Buffer of ${value.length} bytes`;
  if (value instanceof Uint8Array) return 'a Uint8Array that is no Buffer';
  if (value instanceof Map) return 'a Map; maps are plain objects';
  return value === undefined ? 'absent' : `this ${typeof value}`;
};

const findProblems = (type: AvscType, value: unknown): string[] => {
  const problems: string[] = [];
  try {
    type.isValid(value, {
      errorHook: (path, part, expected) => {
        const where = path.length === 0 ? 'it' : path.join('.');
        problems.push(`${where} must be ${expectation(expected)}, not ${kindOf(part)}`);
      },
    });
  } catch {
    // A value in a cycle, or one that fits two logical types of a union: there is no path to name.
  }
  return problems;
};

/**
 * The SCHEMA_MISMATCH of a value that could not be written. It names the paths of fields, and has no cause, because the
 * messages of avsc quote the value.
 */
export const schemaMismatch = (type: AvscType, value: unknown, topic: string): StreamsError => {
  const problems = findProblems(type, value);
  const listed = problems.slice(0, maxProblems).join('; ');
  const more = problems.length > maxProblems ? `; and ${problems.length - maxProblems} more` : '';
  return new StreamsError(
    'SCHEMA_MISMATCH',
    `A value for ${topic} does not fit the Avro schema ${schemaName(type)}${listed === '' ? '' : `: ${listed}${more}`}`,
    { context: { topic } },
  );
};
