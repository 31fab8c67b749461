import type { Variant } from '../language/decode.ts';
import type { ValueFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import { doubleType, integerType, longType, stringType } from '../types/type.ts';
import type { TypedMapper } from './common.ts';
import { fieldOf, floorMod, ofValue, stringOf, throwOnPurpose } from './common.ts';

/** What a value function works with: the types of the key and value that it gets. */
interface Given {
  readonly key: Type;
  readonly value: Type;
}

type Name = ValueFunction['name'];
type Maker<F> = (fn: F, types: Given) => TypedMapper;

const wholeNumber = /^-?\d{1,15}$/;

const makers: { readonly [N in Name]: Maker<Variant<ValueFunction, 'name', N>> } = {
  identity: (_fn, { value: type }) => ({ type, apply: (_key, value) => value }),
  upper: () => ({ type: stringType, apply: ofValue((value) => stringOf(value).toUpperCase()) }),
  append: ({ s }, { value: type }) => ({ type: stringType, apply: (_key, value) => type.text(value) + s }),
  prepend: ({ s }, { value: type }) => ({ type: stringType, apply: ofValue((value) => s + type.text(value)) }),
  len: (_fn, { value: type }) => ({ type: longType, apply: ofValue((value) => BigInt(type.text(value).length)) }),
  parseLong: () => ({
    type: longType,
    apply: ofValue((value) => (wholeNumber.test(stringOf(value)) ? BigInt(stringOf(value)) : null)),
  }),
  parseLongStrict: () => ({
    type: longType,
    apply: ofValue((value) => {
      if (!wholeNumber.test(stringOf(value))) throw new Error('not a number');
      return BigInt(stringOf(value));
    }),
  }),
  add: ({ n }, { value: type }) => {
    const addend = type.parse(n);
    return { type, apply: ofValue((value) => (addend === null ? value : type.numeric.plus(value, addend))) };
  },
  negate: (_fn, { value: type }) => ({ type, apply: ofValue((value) => type.numeric.negate(value)) }),
  toString: (_fn, { value: type }) => ({ type: stringType, apply: ofValue((value) => type.text(value)) }),
  toLong: (_fn, { value: type }) => ({
    type: longType,
    apply: ofValue((value) =>
      type === doubleType ? BigInt(Math.floor(type.numeric.toDouble(value))) : type.numeric.toLong(value),
    ),
  }),
  toInteger: (_fn, { value: type }) => ({
    type: integerType,
    apply: ofValue((value) => integerType.numeric.from(value, type.numeric)),
  }),
  toDouble: (_fn, { value: type }) => ({ type: doubleType, apply: ofValue((value) => type.numeric.toDouble(value)) }),
  half: (_fn, { value: type }) => ({
    type: doubleType,
    apply: ofValue((value) => type.numeric.toDouble(value) * 0.5),
  }),
  constNull: (_fn, { value: type }) => ({ type, apply: () => null }),
  const: ({ s }) => ({ type: stringType, apply: () => s }),
  nullIf: ({ s }, { value: type }) => ({
    type,
    apply: ofValue((value) => (type.text(value).includes(s) ? null : value)),
  }),
  nullIfOdd: (_fn, { value: type }) => ({
    type,
    apply: ofValue((value) => (floorMod(type.numeric.toLong(value), 2n) === 0n ? value : null)),
  }),
  take: ({ n }) => ({ type: stringType, apply: ofValue((value) => stringOf(value).slice(0, n)) }),
  field: (fn) => ({ type: stringType, apply: ofValue((value) => fieldOf(stringOf(value), fn)) }),
  keyValue: ({ sep }, types) => ({
    type: stringType,
    apply: (key, value) => types.key.text(key) + sep + types.value.text(value),
  }),
  throwIf: ({ s }, { value: type }) => ({
    type,
    apply: ofValue((value) => (type.text(value).includes(s) ? throwOnPurpose() : value)),
  }),
};

/** A value function over a key and value of these types. */
export const valueMapper = (fn: ValueFunction, types: Given): TypedMapper =>
  (makers[fn.name] as Maker<ValueFunction>)(fn, types);
