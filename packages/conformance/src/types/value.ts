import type { Windowed } from '@millrace/stream-core';

/** A key or value of a case: a string; a long as a bigint; an integer or double as a number; a windowed key. */
export type Value = string | bigint | number | Windowed<Cell>;

/** A key or value that may be absent. */
export type Cell = Value | null;

/** Whether it is a windowed key. */
export const isWindowed = (cell: Cell): cell is Windowed<Cell> => typeof cell === 'object' && cell !== null;
