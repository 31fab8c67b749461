import type { ValuesFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import { stringType } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { wordsOf } from './common.ts';

/** A function that makes values, with their type. */
export interface ValuesMapper {
  readonly type: Type;
  readonly apply: (key: Cell, value: Cell) => readonly Cell[];
}

/** A values function over a key and value of these types. */
export const valuesMapper = (fn: ValuesFunction, key: Type, value: Type): ValuesMapper => {
  switch (fn.name) {
    case 'words':
      return { type: stringType, apply: (_k, v) => (v === null ? [] : wordsOf(value.text(v), fn.sep)) };
    case 'dup':
      return { type: value, apply: (_k, v) => Array.from({ length: fn.n }, () => v) };
    case 'keyAndValue':
      return { type: stringType, apply: (k, v) => [key.text(k), value.text(v)] };
  }
};
