import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { bytes, lines } from '../../test/store-harness.ts';
import { inMemoryEngine } from './in-memory-state.ts';
import type { KeySpace } from './key-space.ts';
import type { StateEngine } from './state-engine.ts';
import { TaskState } from './task-state.ts';

const owner = { applicationId: 'app', taskId: '0_0' };

/** A task state whose engine gets commits after 30 s, or when `maxBytes` of memory are full. */
const open = (engine: StateEngine, options: { maxBytes?: number; clock?: { now: number } } = {}): TaskState => {
  const { maxBytes = 1_000_000, clock = { now: 0 } } = options;
  const writeBehind = { maxBytes: () => maxBytes, maxAgeMs: 30_000, now: () => clock.now };
  return TaskState.open(engine, { ...owner, writeBehind });
};

const commit = (state: TaskState, offset: number): void => {
  state.seal();
  state.applySealed(new Map([['log', offset]]));
};

const all = (space: KeySpace): string[] => lines(space.rows(null, null, false));

describe('what is committed', () => {
  test('stays in memory for a while, and the offset of the database with it', () => {
    const engine = inMemoryEngine();
    const clock = { now: 0 };
    const state = open(engine, { clock });
    const space = state.open('s');
    space.put(bytes('a'), bytes('1'));
    commit(state, 5);
    expect(all(space)).toEqual(['a=1']);
    expect(open(engine).changelogOffset('log')).toBeNull();
    expect(all(open(engine).open('s'))).toEqual([]);
    clock.now = 29_999;
    space.put(bytes('b'), bytes('1'));
    commit(state, 7);
    expect(open(engine).changelogOffset('log')).toBeNull();
    clock.now = 30_000;
    commit(state, 8);
    expect(open(engine).changelogOffset('log')).toBe(8);
    expect(all(open(engine).open('s'))).toEqual(['a=1', 'b=1']);
  });

  test('is written when memory is full', () => {
    const engine = inMemoryEngine();
    const state = open(engine, { maxBytes: 1_000 });
    const space = state.open('s');
    for (let offset = 1; offset <= 20; offset++) {
      space.put(bytes(`key-${offset}`), bytes('x'.repeat(50)));
      commit(state, offset);
    }
    expect(state.residentBytes).toBeLessThanOrEqual(1_000);
    expect(open(engine).changelogOffset('log')).toBeGreaterThan(10);
    expect(all(space)).toHaveLength(20);
  });

  test('is written when the task is closed; what was not committed is not', () => {
    const engine = inMemoryEngine();
    // The engine of a task ends with it; its rows are what is asked about.
    const kept: StateEngine = { ...bound(engine), close: () => {} };
    const state = open(kept);
    const space = state.open('s');
    space.put(bytes('a'), bytes('1'));
    commit(state, 5);
    space.put(bytes('a'), bytes('2'));
    state.seal();
    space.put(bytes('a'), bytes('3'));
    state.close();
    expect(all(open(engine).open('s'))).toEqual(['a=1']);
    expect(open(engine).changelogOffset('log')).toBe(5);
  });
});

test('a segment that is dropped before it is written never reaches the engine', () => {
  const engine = inMemoryEngine();
  let puts = 0;
  const counting: StateEngine = {
    ...bound(engine),
    batch: () => {
      const batch = engine.batch();
      return {
        ...batch,
        put: (key, value) => {
          puts++;
          batch.put(key, value);
        },
      };
    },
  };
  const state = open(counting);
  const segment = state.open('w', 3);
  segment.put(bytes('a'), bytes('1'));
  commit(state, 1);
  state.drop(segment);
  commit(state, 2);
  state.flush();
  // The header and the offset.
  expect(puts).toBe(2);
  expect(open(engine).segments('w')).toEqual([]);
});

test('a row that came and went before it is written never reaches the engine', () => {
  const engine = inMemoryEngine();
  const state = open(engine);
  const space = state.open('s');
  space.put(bytes('a'), bytes('1'));
  commit(state, 1);
  space.put(bytes('a'), null);
  commit(state, 2);
  expect(space.get(bytes('a'))).toBeNull();
  state.flush();
  expect(open(engine).segments('s')).toEqual([]);
});

test('segments are found again in the order of time, also the one before any time', () => {
  const engine = inMemoryEngine();
  const state = open(engine);
  for (const id of [70_000, -1, 12, 4_294_967_296]) state.open('w', id).put(bytes('a'), bytes('1'));
  state.open('x', 5).put(bytes('a'), bytes('1'));
  commit(state, 1);
  state.flush();
  expect(open(engine).segments('w')).toEqual([-1, 12, 70_000, 4_294_967_296]);
});

test('notes are those of the commit that was written', () => {
  const engine = inMemoryEngine();
  const state = open(engine);
  let time = '1';
  state.keepNote('s/time', () => bytes(time));
  state.open('s').put(bytes('a'), bytes('1'));
  commit(state, 1);
  time = '2';
  state.seal();
  state.flush();
  expect(String(open(engine).note('s/time'))).toBe('1');
  time = '3';
  state.applySealed(new Map([['log', 2]]));
  state.flush();
  expect(String(open(engine).note('s/time'))).toBe('2');
});

test('the database is always a prefix of the changelog, and a task that goes on from there misses nothing', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'ab');
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value: fc.option(fc.nat(9)) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const), ms: fc.nat(20_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'flush' as const) }) },
  );
  const sorted = (rows: ReadonlyMap<string, string>) =>
    [...rows]
      .map(([name, value]) => `${name}=${value}`)
      .sort((left, right) => Buffer.compare(bytes(left), bytes(right)));
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.constantFrom(200, 700, 100_000),
      fc.boolean(),
      (steps, maxBytes, segmented) => {
        const engine = inMemoryEngine();
        const clock = { now: 0 };
        const segment = segmented ? 4 : null;
        let state = open(engine, { maxBytes, clock });
        let space = state.open('s', segment);
        const log: [string, string | null][] = [];
        let committed = 0;
        const prefix = (offset: number): Map<string, string> => {
          const rows = new Map<string, string>();
          for (const [name, value] of log.slice(0, offset)) {
            if (value === null) rows.delete(name);
            else rows.set(name, value);
          }
          return rows;
        };
        for (const each of steps) {
          if (each.kind === 'put') {
            const value = each.value === null ? null : String(each.value);
            space.put(bytes(each.key), value === null ? null : bytes(value));
            log.push([each.key, value]);
          } else if (each.kind === 'commit') {
            clock.now += each.ms;
            commit(state, log.length);
            committed = log.length;
          } else if (each.kind === 'flush') {
            state.flush();
          } else {
            log.length = committed;
            state = open(engine, { maxBytes, clock });
            space = state.open('s', segment);
            const from = state.changelogOffset('log') ?? 0;
            expect(all(space)).toEqual(sorted(prefix(from)));
            for (const [at, [name, value]] of log.slice(from).entries()) {
              space.restore(bytes(name), value === null ? null : bytes(value));
              // A changelog comes in several batches.
              if (at % 4 === 3) commit(state, from + at + 1);
            }
            commit(state, log.length);
          }
          expect(all(space)).toEqual(sorted(prefix(log.length)));
          expect(lines(space.rows(bytes('ab'), bytes('c'), true))).toEqual(
            sorted(prefix(log.length))
              .filter((line) => line >= 'ab' && line < 'c')
              .reverse(),
          );
          for (const name of ['a', 'ab', 'd']) {
            expect(space.get(bytes(name))?.toString() ?? null).toBe(prefix(log.length).get(name) ?? null);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** The methods of an engine as functions, so that some can be replaced. */
const bound = (engine: StateEngine): StateEngine => ({
  get: (key) => engine.get(key),
  getMany: (keys) => engine.getMany(keys),
  range: (from, to, reverse) => engine.range(from, to, reverse),
  batchRows: engine.batchRows,
  batch: () => engine.batch(),
  deleteRange: (from, to) => engine.deleteRange(from, to),
  close: () => engine.close(),
});

/** Three rows a batch; fails at the commit after so many, as a crash would. Says how many rows its batches had. */
const smallBatches = (engine: StateEngine, commitsBeforeCrash: number) => {
  const sizes: number[] = [];
  const small: StateEngine = {
    ...bound(engine),
    batchRows: 3,
    batch: () => {
      const batch = engine.batch();
      let size = 0;
      return {
        put: (key, value) => {
          if (key[1] !== 0) size++;
          batch.put(key, value);
        },
        delete: (key) => {
          size++;
          batch.delete(key);
        },
        commit: () => {
          if (sizes.length === commitsBeforeCrash) throw new Error('crash');
          sizes.push(size);
          batch.commit();
        },
      };
    },
  };
  return { small, sizes };
};

describe('an engine that takes few rows a batch', () => {
  test('gets committed rows before they are more', () => {
    const engine = inMemoryEngine();
    const { small, sizes } = smallBatches(engine, Number.POSITIVE_INFINITY);
    const state = open(small);
    const space = state.open('s');
    for (let offset = 1; offset <= 7; offset++) {
      space.put(bytes(`key-${offset}`), bytes('1'));
      commit(state, offset);
    }
    // The header has a batch of its own.
    expect(sizes).toEqual([0, 3, 3]);
    expect(open(engine).changelogOffset('log')).toBe(6);
  });

  test('gets many restored rows in parts, and a crash between them costs nothing', () => {
    const names = Array.from({ length: 20 }, (_, row) => `key-${(row * 7) % 10}-${row % 2}`);
    const restoreOn = (engine: StateEngine): void => {
      const state = open(engine, { maxBytes: 100 });
      const space = state.open('s');
      const from = state.changelogOffset('log') ?? 0;
      for (const [row, name] of names.entries()) {
        if (row >= from) space.restore(bytes(name), row % 5 === 4 ? null : bytes(String(row)));
      }
      commit(state, names.length);
    };
    const whole = inMemoryEngine();
    const { small, sizes } = smallBatches(whole, Number.POSITIVE_INFINITY);
    restoreOn(small);
    expect(Math.max(...sizes)).toBe(3);
    expect(open(whole).changelogOffset('log')).toBe(20);
    const expected = all(open(whole).open('s'));
    expect(expected.length).toBeGreaterThan(5);
    for (let crashAfter = 1; crashAfter < sizes.length; crashAfter++) {
      const engine = inMemoryEngine();
      expect(() => restoreOn(smallBatches(engine, crashAfter).small)).toThrow('crash');
      expect(open(engine).changelogOffset('log')).toBeNull();
      restoreOn(engine);
      expect(all(open(engine).open('s'))).toEqual(expected);
    }
  });
});
