import type { KeySpace } from './key-space.ts';
import type { Row, RowStore } from './row-store.ts';

const onlySegment: readonly number[] = [0];

/** The rows of a store that does not forget: one segment over one key space. */
export class PlainRows implements RowStore {
  readonly #space: KeySpace;

  constructor(space: KeySpace) {
    this.#space = space;
  }

  get(_segment: number, key: Buffer): Buffer | null {
    return this.#space.get(key);
  }

  put(_segment: number, key: Buffer, value: Buffer | null): void {
    this.#space.put(key, value);
  }

  /** Puts back a row that is committed already. Its bytes must not change any more. */
  restore(key: Buffer, value: Buffer | null): void {
    this.#space.restore(key, value);
  }

  range(_segment: number, from: Buffer | null, to: Buffer | null, reverse: boolean): Iterable<Row> {
    return this.#space.rows(from, to, reverse);
  }

  segments(): readonly number[] {
    return onlySegment;
  }
}
