import type { Value } from './value.ts';

/** Java's arithmetic of a number type. */
export interface Numeric {
  plus(left: Value, right: Value): Value;
  minus(left: Value, right: Value): Value;
  negate(value: Value): Value;
  /** As Java's `Number.longValue`. */
  toLong(value: Value): bigint;
  toDouble(value: Value): number;
  /** A number of another type as one of this type. */
  from(value: Value, other: Numeric): Value;
}

const asNumber = (value: Value): number => {
  if (typeof value !== 'number') throw new TypeError(`a number is needed, not a ${typeof value}`);
  return value;
};

// The library counts in numbers, so a long may be one. Here alone that is visible.
const asLong = (value: Value): bigint => {
  if (typeof value !== 'bigint' && typeof value !== 'number') {
    throw new TypeError(`a long is needed, not a ${typeof value}`);
  }
  return BigInt(value);
};

const wrapped = (value: bigint): bigint => BigInt.asIntN(64, value);

export const longNumeric: Numeric = {
  plus: (left, right) => wrapped(asLong(left) + asLong(right)),
  minus: (left, right) => wrapped(asLong(left) - asLong(right)),
  negate: (value) => wrapped(-asLong(value)),
  toLong: asLong,
  toDouble: (value) => Number(asLong(value)),
  from: (value, other) => other.toLong(value),
};

export const integerNumeric: Numeric = {
  plus: (left, right) => (asNumber(left) + asNumber(right)) | 0,
  minus: (left, right) => (asNumber(left) - asNumber(right)) | 0,
  negate: (value) => -asNumber(value) | 0,
  toLong: (value) => BigInt(asNumber(value)),
  toDouble: asNumber,
  from: (value, other) => Number(BigInt.asIntN(32, other.toLong(value))),
};

export const doubleNumeric: Numeric = {
  plus: (left, right) => asNumber(left) + asNumber(right),
  minus: (left, right) => asNumber(left) - asNumber(right),
  negate: (value) => 0 - asNumber(value),
  toLong: (value) => BigInt(Math.trunc(asNumber(value))),
  toDouble: asNumber,
  from: (value, other) => other.toDouble(value),
};
