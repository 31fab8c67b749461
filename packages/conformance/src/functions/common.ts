import type { Type } from '../types/type.ts';
import type { Cell, Value } from '../types/value.ts';

/** Makes a key or value of a key and a value. */
export type CellMapper = (key: Cell, value: Cell) => Cell;

/** A function with the type of what it returns. */
export interface TypedMapper {
  readonly type: Type;
  readonly apply: CellMapper;
}

/** A function of the value alone, for which null gives null. */
export const ofValue =
  (map: (value: Value) => Cell): CellMapper =>
  (_key, value) =>
    value === null ? null : map(value);

/** A function of the key alone, for which null gives null. */
export const ofKey =
  (map: (key: Value) => Cell): CellMapper =>
  (key) =>
    key === null ? null : map(key);

/** What the throwIf functions throw. */
export const throwOnPurpose = (): never => {
  throw new Error('thrown on purpose');
};

/** A cell that Java would cast to String. */
export const stringOf = (cell: Cell): string => {
  if (typeof cell !== 'string') throw new TypeError(`a string is needed, not a ${typeof cell}`);
  return cell;
};

/** The parts of a text, empty ones too. */
const parts = (text: string, sep: string): readonly string[] => text.split(sep);

/** The i-th part of a text, or null. */
export const fieldOf = (text: string, { sep, i }: { readonly sep: string; readonly i: number }): string | null =>
  parts(text, sep)[i] ?? null;

/** The parts of a text that are not empty. */
export const wordsOf = (text: string, sep: string): readonly string[] => parts(text, sep).filter((word) => word !== '');

/** The remainder that is never negative. */
export const floorMod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;
