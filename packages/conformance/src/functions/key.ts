import type { Variant } from '../language/decode.ts';
import type { KeyFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import { longType, stringType } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { isWindowed } from '../types/value.ts';
import type { TypedMapper } from './common.ts';
import { fieldOf, floorMod, ofKey, ofValue, throwOnPurpose } from './common.ts';

type Name = KeyFunction['name'];
type Maker<F> = (fn: F, key: Type, value: Type) => TypedMapper;

const windowedOf = (key: Cell) => {
  if (!isWindowed(key)) throw new TypeError('a windowed key is needed');
  return key;
};

const text = (apply: TypedMapper['apply']): TypedMapper => ({ type: stringType, apply });

const makers: { readonly [N in Name]: Maker<Variant<KeyFunction, 'name', N>> } = {
  key: (_fn, type) => ({ type, apply: (key) => key }),
  value: (_fn, _key, type) => ({ type, apply: (_, value) => value }),
  valueText: (_fn, _key, type) => text(ofValue((value) => type.text(value))),
  valuePrefix: ({ n }, _key, type) => text(ofValue((value) => type.text(value).slice(0, n))),
  keyPrefix: ({ n }, type) => text(ofKey((key) => type.text(key).slice(0, n))),
  const: ({ s }) => text(() => s),
  keyAppend: ({ s }, type) => text(ofKey((key) => type.text(key) + s)),
  null: (_fn, type) => ({ type, apply: () => null }),
  valueField: (fn, _key, type) => text(ofValue((value) => fieldOf(type.text(value), fn))),
  keyField: (fn, type) => text(ofKey((key) => fieldOf(type.text(key), fn))),
  valueMod: ({ n }, _key, { numeric }) => text(ofValue((value) => `m${floorMod(numeric.toLong(value), BigInt(n))}`)),
  valueLen: (_fn, _key, type) => ({ type: longType, apply: ofValue((value) => BigInt(type.text(value).length)) }),
  keyText: (_fn, type) => text(ofKey((key) => type.text(key))),
  windowStart: (_fn, type) =>
    text((key) => {
      const windowed = windowedOf(key);
      return `${(type.inner ?? type).text(windowed.key)}@${windowed.window.start}`;
    }),
  windowKey: (_fn, type) => ({ type: type.inner ?? type, apply: (key) => windowedOf(key).key }),
  throwIf: ({ s }, type, valueType) => ({
    type,
    apply: (key, value) => (value !== null && valueType.text(value).includes(s) ? throwOnPurpose() : key),
  }),
};

/** A key function over a key and value of these types. */
export const keyMapper = (fn: KeyFunction, key: Type, value: Type): TypedMapper =>
  (makers[fn.name] as Maker<KeyFunction>)(fn, key, value);
