import type { MergerFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { plus } from './arithmetic.ts';

/** A merger of aggregates of this type. */
export const merger = (fn: MergerFunction, type: Type): ((key: Cell, left: Cell, right: Cell) => Cell) => {
  switch (fn.name) {
    case 'concat':
      return (_key, left, right) => type.text(left) + fn.sep + type.text(right);
    case 'sum':
      return (_key, left, right) => plus(left, right, [type, type]);
    case 'first':
      return (_key, left) => left;
    case 'last':
      return (_key, _left, right) => right;
  }
};
