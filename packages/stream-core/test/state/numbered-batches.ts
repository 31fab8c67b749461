// Batches whose effect is known by their number, so that a database says by itself how many of them it holds, and
// whether it holds them whole.
import type { StateEngine } from '../../src/state/state-engine.ts';

const rowsABatch = 20;
const keys = 2_000;
const numberKey = Buffer.from('number');
const everything = [Buffer.alloc(0), Buffer.alloc(10, 0xff)] as const;

/** Spreads numbers over the keys, always in the same way. */
const keyOf = (batch: number, row: number): string =>
  `row-${(Math.imul(batch * rowsABatch + row, 2_654_435_761) >>> 8) % keys}`;

const isDeleted = (batch: number, row: number): boolean => (batch + row) % 5 === 0;

/** Differs from batch to batch, and compresses badly. */
const valueIn = (batch: number, row: number): Buffer => {
  const value = Buffer.alloc(200);
  let state = batch * rowsABatch + row + 1;
  for (let index = 0; index < value.length; index += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    value.writeUInt32LE(state, index);
  }
  return value;
};

/** Commits batch `number`; numbers begin with 1. */
export const commitBatch = (engine: StateEngine, number: number): void => {
  const batch = engine.batch();
  for (let row = 0; row < rowsABatch; row++) {
    const key = Buffer.from(keyOf(number, row));
    if (isDeleted(number, row)) batch.delete(key);
    else batch.put(key, valueIn(number, row));
  }
  batch.put(numberKey, Buffer.from(String(number)));
  batch.commit();
};

/** The number of the last batch that a database holds; 0 for none. */
export const lastBatch = (engine: StateEngine): number => Number(engine.get(numberKey) ?? 0);

const rowsAfter = (last: number): Map<string, Buffer> => {
  const rows = new Map<string, Buffer>();
  for (let batch = 1; batch <= last; batch++) {
    for (let row = 0; row < rowsABatch; row++) {
      if (isDeleted(batch, row)) rows.delete(keyOf(batch, row));
      else rows.set(keyOf(batch, row), valueIn(batch, row));
    }
  }
  if (last > 0) rows.set('number', Buffer.from(String(last)));
  return rows;
};

/**
 * What a database has that is not what its batches wrote: by a walk over all rows in both directions, and by asking for
 * every key. null when there is nothing.
 */
export const differenceOf = (engine: StateEngine): string | null => {
  const expected = rowsAfter(lastBatch(engine));
  for (const reverse of [false, true]) {
    let count = 0;
    for (const { key, value } of engine.range(...everything, reverse)) {
      count++;
      if (expected.get(String(key))?.equals(value) !== true) return `${key} is another row`;
    }
    if (count !== expected.size) return `${count} rows instead of ${expected.size}`;
  }
  for (let index = 0; index < keys; index++) {
    const name = `row-${index}`;
    const [found, wanted] = [engine.get(Buffer.from(name)), expected.get(name)];
    if (wanted === undefined ? found !== null : found?.equals(wanted) !== true)
      return `${name} is not found as written`;
  }
  return null;
};
