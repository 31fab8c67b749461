import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

import type { EngineRow } from '../../state/state-engine.ts';
import type { Database, DatabaseCursor, DatabaseKind } from './database.ts';
import { DurableEngine } from './durable-engine.ts';

const place = { path: '/database', taskId: '0_1', isNew: true, memoryBytes: 1 };
const [first, last] = [Buffer.from('a'), Buffer.from('z')];

class Cursor implements DatabaseCursor {
  readonly isDone = false;
  readonly #database: FakeDatabase;
  #left: number;

  constructor(database: FakeDatabase, rows: number) {
    this.#database = database;
    this.#left = rows;
    database.openCursors++;
  }

  next(count: number): EngineRow[] {
    if (this.#database.failure !== null) throw this.#database.failure;
    const rows = Math.min(count, this.#left);
    this.#left -= rows;
    return Array.from({ length: rows }, () => ({ key: first, value: first }));
  }

  close(): void {
    this.#database.openCursors--;
  }
}

/** Counts what is open, and fails when it is told to. */
class FakeDatabase implements Database {
  readonly batchRows = Number.POSITIVE_INFINITY;
  openCursors = 0;
  closes = 0;
  rows = 1_000;
  failure: Error | null = null;

  get(): Buffer | null {
    if (this.failure !== null) throw this.failure;
    return null;
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    return keys.map(() => this.get());
  }

  cursor(): DatabaseCursor {
    return new Cursor(this, this.rows);
  }

  batch() {
    return { put: () => {}, delete: () => {}, commit: () => void this.get() };
  }

  deleteRange(): void {
    this.get();
  }

  close(): void {
    expect(this.openCursors).toBe(0);
    this.closes++;
  }
}

const opened = () => {
  const database = new FakeDatabase();
  const kind: DatabaseKind = {
    name: 'fake',
    open: () => database,
    isDamage: (error) => error instanceof Error && error.message === 'damage',
  };
  return { database, engine: new DurableEngine(kind, place, () => {}) };
};

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('a durable engine', () => {
  test('closes the cursor of a range that is walked to its end, left early, or fails', () => {
    const { engine, database } = opened();
    expect([...engine.range(first, last, false)]).toHaveLength(1_000);
    expect(database.openCursors).toBe(0);
    for (const _ of engine.range(first, last, false)) break;
    expect(database.openCursors).toBe(0);
    const walk = () => {
      for (const _ of engine.range(first, last, false)) database.failure = new Error('broken');
    };
    expect(walk).toThrow(code('STATE_FAILED'));
    expect(() => engine.range(first, last, false)).toThrow(code('STATE_FAILED'));
    expect(database.openCursors).toBe(0);
  });

  test('leaves no cursor open for a range that was read whole at once, or is empty', () => {
    const { engine, database } = opened();
    database.rows = 0;
    engine.range(first, last, false);
    expect(database.openCursors).toBe(0);
  });

  test('closes the cursor of a range that was forgotten', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { engine, database } = opened();
    engine.range(first, last, false);
    engine.range(first, last, false)[Symbol.iterator]().next();
    expect(database.openCursors).toBe(2);
    const openAfterCollection = (): number => {
      collect();
      return database.openCursors;
    };
    await expect.poll(openAfterCollection, { timeout: 10_000 }).toBe(0);
    expect([...engine.range(first, last, false)]).toHaveLength(1_000);
  });

  test('closes its cursors before the database, and closes once', () => {
    const { engine, database } = opened();
    const rows = engine.range(first, last, false)[Symbol.iterator]();
    rows.next();
    engine.close();
    engine.close();
    expect(database.closes).toBe(1);
    expect(() => [...{ [Symbol.iterator]: () => rows }]).toThrow(code('STATE_FAILED'));
  });

  test('says what is damage and what is failure', () => {
    const { engine, database } = opened();
    database.failure = new Error('damage');
    expect(() => engine.get(first)).toThrow(code('STATE_CORRUPTED'));
    database.failure = new Error('anything else');
    expect(() => engine.get(first)).toThrow(code('STATE_FAILED'));
    database.failure = null;
    expect(engine.get(first)).toBeNull();
  });

  test('refuses everything but the close after a failed write', () => {
    const { engine, database } = opened();
    const batch = engine.batch();
    database.failure = new Error('no space');
    expect(() => batch.commit()).toThrow(code('STATE_FAILED'));
    database.failure = null;
    expect(() => engine.get(first)).toThrow(code('STATE_FAILED'));
    expect(() => engine.batch()).toThrow(code('STATE_FAILED'));
    expect(() => engine.range(first, last, false)).toThrow(code('STATE_FAILED'));
    expect(() => engine.deleteRange(first, last)).toThrow(code('STATE_FAILED'));
    engine.close();
    expect(database.closes).toBe(1);
  });
});
