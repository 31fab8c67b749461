import type { JoinerFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import { longType, stringType } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { throwOnPurpose } from './common.ts';

/** A function that makes a value of two, with its type. */
export interface CellJoiner {
  readonly type: Type;
  readonly apply: (left: Cell, right: Cell, key: Cell) => Cell;
}

export interface JoinerTypes {
  /** Null where the join hands no key to its joiner: then it reads as null. */
  readonly key: Type | null;
  readonly left: Type;
  readonly right: Type;
}

/** A joiner over values of these types. */
export const valueJoiner = (fn: JoinerFunction, { key, left, right }: JoinerTypes): CellJoiner => {
  const both = (a: Cell, b: Cell, sep: string): string => left.text(a) + sep + right.text(b);
  const textual = (apply: CellJoiner['apply']): CellJoiner => ({ type: stringType, apply });
  switch (fn.name) {
    case 'concat':
      return textual((a, b) => both(a, b, fn.sep));
    case 'concatKey':
      return textual((a, b, k) => `${key === null ? 'null' : key.text(k)}:${both(a, b, fn.sep)}`);
    case 'nullIf':
      return textual((a, b) => (both(a, b, fn.sep).includes(fn.s) ? null : both(a, b, fn.sep)));
    case 'throwIf':
      return textual((a, b) => (both(a, b, fn.sep).includes(fn.s) ? throwOnPurpose() : both(a, b, fn.sep)));
    case 'sum': {
      const long = (type: Type, cell: Cell): bigint => (cell === null ? 0n : type.numeric.toLong(cell));
      return { type: longType, apply: (a, b) => longType.numeric.plus(long(left, a), long(right, b)) };
    }
    case 'left':
      return { type: left, apply: (a) => a };
    case 'right':
      return { type: right, apply: (_a, b) => b };
  }
};
