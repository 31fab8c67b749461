import type { ArrayType, AvscType, MapType, RecordType, UnionType } from './avsc-library.ts';
import { isCanonicalLogicalType } from './logical-types.ts';

const simpleTypes = new Set(['null', 'boolean', 'int', 'long', 'string', 'bytes', 'enum', 'fixed']);

/** The types that a type is made of. */
const partsOf = (type: AvscType): readonly AvscType[] => {
  switch (type.typeName) {
    case 'record':
    case 'error':
      return (type as RecordType).fields.map((field) => field.type);
    case 'union:unwrapped':
    case 'union:wrapped':
      return (type as UnionType).types;
    case 'array':
      return [(type as ArrayType).itemsType];
    case 'map':
      return [(type as MapType).valuesType];
    default:
      return [];
  }
};

const isCanonicalItself = (type: AvscType): boolean => {
  if (type.typeName.startsWith('logical:')) return isCanonicalLogicalType(type);
  return simpleTypes.has(type.typeName) || type.typeName === 'record' || type.typeName.startsWith('union:');
};

/**
 * True when a value of the type has one form in bytes, whichever writer wrote it. Maps have no order, arrays may come
 * in several blocks, NaN has many forms, and decimals in bytes may be padded with sign bytes.
 */
export const isCanonicalType = (root: AvscType): boolean => {
  const met = new Set<AvscType>([root]);
  for (const type of met) {
    if (!isCanonicalItself(type)) return false;
    for (const part of partsOf(type)) met.add(part);
  }
  return true;
};
