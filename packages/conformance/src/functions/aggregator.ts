import type { AggregatorFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import { longType } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { minus, plus } from './arithmetic.ts';
import { throwOnPurpose } from './common.ts';

export type CellAggregator = (key: Cell, value: Cell, aggregate: Cell) => Cell;

export interface AggregatorTypes {
  readonly key: Type;
  readonly value: Type;
  readonly aggregate: Type;
}

/** Adds `by` to an aggregate, which Java would cast to Long. */
const counted = (aggregate: Cell, by: number): Cell => {
  if (aggregate === null) throw new TypeError('there is no aggregate to count on');
  return longType.numeric.plus(aggregate, BigInt(by));
};

/** An aggregator over a key, value and aggregate of these types. */
export const aggregator = (fn: AggregatorFunction, types: AggregatorTypes): CellAggregator => {
  const text = types.value.text;
  const joined = (aggregate: Cell, sep: string, value: Cell): string =>
    types.aggregate.text(aggregate) + sep + text(value);
  const numbers = [types.aggregate, types.value] as const;
  switch (fn.name) {
    case 'concat':
      return (_key, value, aggregate) => joined(aggregate, fn.sep, value);
    case 'concatKey':
      return (key, value, aggregate) => `${types.aggregate.text(aggregate)}${types.key.text(key)}=${text(value)};`;
    case 'minus':
      return (_key, value, aggregate) => joined(aggregate, '-', value);
    case 'count':
      return (_key, _value, aggregate) => counted(aggregate, 1);
    case 'uncount':
      return (_key, _value, aggregate) => counted(aggregate, -1);
    case 'sum':
      return (_key, value, aggregate) => plus(aggregate, value, numbers);
    case 'sub':
      return (_key, value, aggregate) => minus(aggregate, value, numbers);
    case 'addLen':
      return (_key, value, aggregate) => counted(aggregate, text(value).length);
    case 'subLen':
      return (_key, value, aggregate) => counted(aggregate, -text(value).length);
    case 'keep':
      return (_key, _value, aggregate) => aggregate;
    case 'nullIf':
      return (_key, value, aggregate) => (text(value).includes(fn.s) ? null : joined(aggregate, fn.sep, value));
    case 'throwIf':
      return (_key, value, aggregate) =>
        text(value).includes(fn.s) ? throwOnPurpose() : joined(aggregate, fn.sep, value);
  }
};
