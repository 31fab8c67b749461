import type { ReducerFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { compare, minus, plus } from './arithmetic.ts';
import { throwOnPurpose } from './common.ts';

export type CellReducer = (aggregate: Cell, value: Cell) => Cell;

/** The larger one by `sign` 1, the smaller one by -1; null loses. */
const extreme =
  (sign: 1 | -1): CellReducer =>
  (aggregate, value) => {
    if (aggregate === null || value === null) return aggregate ?? value;
    return compare(aggregate, value) * sign >= 0 ? aggregate : value;
  };

/** A reducer of values of this type. */
export const reducer = (fn: ReducerFunction, type: Type): CellReducer => {
  const { text } = type;
  switch (fn.name) {
    case 'concat':
      return (aggregate, value) => text(aggregate) + fn.sep + text(value);
    case 'minus':
      return (aggregate, value) => `${text(aggregate)}-${text(value)}`;
    case 'sum':
      return (aggregate, value) => plus(aggregate, value, [type, type]);
    case 'sub':
      return (aggregate, value) => minus(aggregate, value, [type, type]);
    case 'max':
      return extreme(1);
    case 'min':
      return extreme(-1);
    case 'first':
      return (aggregate) => aggregate;
    case 'last':
      return (_aggregate, value) => value;
    case 'nullIf':
      return (aggregate, value) => (text(value).includes(fn.s) ? null : text(aggregate) + fn.sep + text(value));
    case 'throwIf':
      return (aggregate, value) =>
        text(value).includes(fn.s) ? throwOnPurpose() : text(aggregate) + fn.sep + text(value);
  }
};
