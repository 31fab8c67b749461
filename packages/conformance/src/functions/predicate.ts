import type { Variant } from '../language/decode.ts';
import type { PredicateFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { floorMod, throwOnPurpose } from './common.ts';

type Name = PredicateFunction['name'];
type Test = (key: Cell, value: Cell) => boolean;
type Maker<F> = (fn: F, key: Type, value: Type) => Test;

const ifValue =
  (type: Type, test: (text: string) => boolean): Test =>
  (_key, value) =>
    value !== null && test(type.text(value));

const ifKey =
  (type: Type, test: (text: string) => boolean): Test =>
  (key) =>
    key !== null && test(type.text(key));

const makers: { readonly [N in Name]: Maker<Variant<PredicateFunction, 'name', N>> } = {
  always: () => () => true,
  never: () => () => false,
  valueNotNull: () => (_key, value) => value !== null,
  keyNotNull: () => (key) => key !== null,
  valueContains: ({ s }, _key, type) => ifValue(type, (text) => text.includes(s)),
  valueStartsWith: ({ s }, _key, type) => ifValue(type, (text) => text.startsWith(s)),
  lenGt: ({ n }, _key, type) => ifValue(type, (text) => text.length > n),
  gt:
    ({ n }, _key, { numeric }) =>
    (_, value) =>
      value !== null && numeric.toDouble(value) > n,
  even:
    (_fn, _key, { numeric }) =>
    (_, value) =>
      value !== null && floorMod(numeric.toLong(value), 2n) === 0n,
  keyIs: ({ s }, type) => ifKey(type, (text) => text === s),
  keyStartsWith: ({ s }, type) => ifKey(type, (text) => text.startsWith(s)),
  keyIn: ({ keys }, type) => ifKey(type, (text) => keys.includes(text)),
  not: ({ p }, keyType, valueType) => {
    const test = predicate(p, keyType, valueType);
    return (key, value) => !test(key, value);
  },
  throwIf:
    ({ s }, _key, type) =>
    (_, value) =>
      value !== null && type.text(value).includes(s) ? throwOnPurpose() : true,
};

/** A predicate over a key and value of these types. */
export const predicate = (fn: PredicateFunction, key: Type, value: Type): Test =>
  (makers[fn.name] as Maker<PredicateFunction>)(fn, key, value);
