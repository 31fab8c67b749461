import { mergeSorted } from '../common/merge-sorted.ts';
import type { Row } from './row-store.ts';

/** A row that hides the row of the same key below it; null hides it by deleting it. */
export interface Change {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** The rows that one sees through `changes` laid over `rows`. Both are sorted in the direction of the walk. */
export function* overlay(
  changes: Iterable<Change>,
  rows: Iterable<Row>,
  reverse: boolean,
): Generator<Row, void, undefined> {
  const direction = reverse ? -1 : 1;
  const merged = mergeSorted<Change>(changes, rows, (left, right) => direction * Buffer.compare(left.key, right.key));
  for (const { key, value } of merged) {
    if (value !== null) yield { key, value };
  }
}
