import type { PairFunction, PairsFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import { stringType } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { wordsOf } from './common.ts';
import { keyMapper } from './key.ts';
import { valueMapper } from './value.ts';

type Pair = readonly [key: Cell, value: Cell];

/** A function that makes a record, with the types of its key and value. */
export interface PairMapper {
  readonly key: Type;
  readonly value: Type;
  readonly apply: (key: Cell, value: Cell) => Pair;
}

/** A function that makes records. */
export interface PairsMapper {
  readonly key: Type;
  readonly value: Type;
  readonly apply: (key: Cell, value: Cell) => readonly Pair[];
}

/** A pair function over a key and value of these types. */
export const pairMapper = (fn: PairFunction, key: Type, value: Type): PairMapper => {
  switch (fn.name) {
    case 'swap':
      return { key: value, value: key, apply: (k, v) => [v, k] };
    case 'nullPair':
      // A mapper can return null, whatever its type says: what happens then is part of the contract.
      return { key, value, apply: () => null as never };
    case 'kv': {
      const toKey = keyMapper(fn.key ?? { name: 'key' }, key, value);
      const toValue = valueMapper(fn.value ?? { name: 'identity' }, { key, value });
      return { key: toKey.type, value: toValue.type, apply: (k, v) => [toKey.apply(k, v), toValue.apply(k, v)] };
    }
  }
};

const textWords = (type: Type, value: Cell, sep: string): readonly string[] =>
  value === null ? [] : wordsOf(type.text(value), sep);

/** A pairs function over a key and value of these types. */
export const pairsMapper = (fn: PairsFunction, key: Type, value: Type): PairsMapper => {
  switch (fn.name) {
    case 'words':
      return { key, value: stringType, apply: (k, v) => textWords(value, v, fn.sep).map((word) => [k, word]) };
    case 'wordKeys':
      return { key: stringType, value, apply: (_k, v) => textWords(value, v, fn.sep).map((word) => [word, v]) };
    case 'dup':
      return { key, value, apply: (k, v) => Array.from({ length: fn.n }, () => [k, v] as const) };
    case 'both':
      return {
        key,
        value,
        apply: (k, v) => [
          [k, v],
          [v, k],
        ],
      };
  }
};
