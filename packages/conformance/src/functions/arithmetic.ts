import type { Type } from '../types/type.ts';
import type { Cell, Value } from '../types/value.ts';

/** The sum in the type of the left side; null counts as 0. */
export const plus = (left: Cell, right: Cell, [type, other]: readonly [Type, Type]): Cell => {
  if (left === null || right === null) return left ?? right;
  return type.numeric.plus(left, type.numeric.from(right, other.numeric));
};

/** The difference in the type of the left side; null counts as 0. */
export const minus = (left: Cell, right: Cell, [type, other]: readonly [Type, Type]): Cell => {
  if (right === null) return left;
  if (left === null) return other.numeric.negate(right);
  return type.numeric.minus(left, type.numeric.from(right, other.numeric));
};

/** Below 0, 0 or above 0, as Java compares two values of one type: text by UTF-16 units. */
export const compare = (left: Value, right: Value): number => (left < right ? -1 : left > right ? 1 : 0);
