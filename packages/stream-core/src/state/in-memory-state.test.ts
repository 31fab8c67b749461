import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { bytes, lines } from '../../test/store-harness.ts';
import { inMemoryState } from './in-memory-state.ts';
import type { StateEngine } from './state-engine.ts';

const first = Buffer.alloc(0);
const end = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]);
const open = () => inMemoryState().acquire('app').open({ subtopology: 0, partition: 0 }, { memoryBytes: 0 });
const all = (engine: StateEngine) => lines(engine.range(first, end, false));

const put = (engine: StateEngine, ...pairs: readonly (readonly [string, string])[]) => {
  const batch = engine.batch();
  for (const [key, value] of pairs) batch.put(bytes(key), bytes(value));
  batch.commit();
};

describe('a batch', () => {
  test('shows nothing before it is committed, and then everything', () => {
    const engine = open();
    const batch = engine.batch();
    batch.put(bytes('a'), bytes('1'));
    batch.put(bytes('b'), bytes('2'));
    expect(all(engine)).toEqual([]);
    batch.commit();
    expect(all(engine)).toEqual(['a=1', 'b=2']);
  });

  test('keeps the last change of a key', () => {
    const engine = open();
    put(engine, ['a', '0'], ['b', '0']);
    const batch = engine.batch();
    batch.put(bytes('a'), bytes('1'));
    batch.delete(bytes('a'));
    batch.delete(bytes('b'));
    batch.put(bytes('b'), bytes('2'));
    batch.commit();
    expect(all(engine)).toEqual(['b=2']);
  });
});

test('a range is that of the moment at which it was asked for', () => {
  const engine = open();
  put(engine, ['a', '1'], ['b', '1']);
  const rows = engine.range(first, end, false);
  put(engine, ['a', '2'], ['c', '2']);
  engine.deleteRange(bytes('b'), end);
  expect(lines(rows)).toEqual(['a=1', 'b=1']);
});

test('every task has a database of its own, which is gone when it is closed', () => {
  const directory = inMemoryState().acquire('app');
  const one = directory.open({ subtopology: 0, partition: 0 }, { memoryBytes: 0 });
  const other = directory.open({ subtopology: 0, partition: 1 }, { memoryBytes: 0 });
  put(one, ['a', '1']);
  expect(other.get(bytes('a'))).toBeNull();
  one.close();
  expect(all(one)).toEqual([]);
  expect(inMemoryState().durable).toBe(false);
});

test('equals a sorted list of rows', () => {
  const key = fc.uint8Array({ maxLength: 2 }).map((array) => Buffer.from(array));
  const change = fc.record({ kind: fc.constantFrom('put', 'delete', 'deleteRange'), key, to: key, value: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), key, key, fc.boolean(), (changes, from, to, reverse) => {
      const engine = open();
      let model: { key: Buffer; value: Buffer }[] = [];
      for (const step of changes) {
        const batch = engine.batch();
        if (step.kind === 'deleteRange') {
          engine.deleteRange(step.key, step.to);
          model = model.filter((row) => row.key.compare(step.key) < 0 || row.key.compare(step.to) >= 0);
          continue;
        }
        model = model.filter((row) => !row.key.equals(step.key));
        if (step.kind === 'put') model.push({ key: step.key, value: bytes(String(step.value)) });
        if (step.kind === 'put') batch.put(step.key, bytes(String(step.value)));
        else batch.delete(step.key);
        batch.commit();
      }
      model.sort((left, right) => left.key.compare(right.key));
      const inRange = model.filter((row) => row.key.compare(from) >= 0 && row.key.compare(to) < 0);
      expect([...engine.range(from, to, reverse)]).toEqual(reverse ? inRange.reverse() : inRange);
      const keys = [from, to];
      const values = keys.map((wanted) => model.find((row) => row.key.equals(wanted))?.value ?? null);
      expect(engine.getMany(keys)).toEqual(values);
      expect(keys.map((wanted) => engine.get(wanted))).toEqual(values);
    }),
  );
});
