import fc from 'fast-check';
import { expect, test } from 'vitest';

import { bytes, lines } from '../../test/store-harness.ts';
import { EngineRows } from './engine-rows.ts';
import { inMemoryState } from './in-memory-state.ts';
import { KeySpace } from './key-space.ts';
import { ResidentRows } from './resident-rows.ts';
import { windowKey } from './window-key.ts';

const twoSpaces = () => {
  const engine = inMemoryState().acquire('app').open({ subtopology: 0, partition: 0 }, { memoryBytes: 0 });
  const commit = (space: KeySpace) => {
    space.seal();
    const batch = engine.batch();
    space.apply(batch);
    batch.commit();
  };
  return {
    commit,
    engine,
    first: new KeySpace(new EngineRows(engine, Buffer.from([1])), () => engine.batch()),
    second: new KeySpace(new EngineRows(engine, Buffer.from([2])), () => engine.batch()),
  };
};

test('spaces over one engine do not see each other, before and after a commit', () => {
  const { first, second, commit } = twoSpaces();
  first.put(bytes('a'), bytes('first'));
  second.put(bytes('a'), bytes('second'));
  commit(first);
  second.put(Buffer.alloc(0), bytes('empty key'));
  commit(second);
  expect(lines(first.rows(null, null, false))).toEqual(['a=first']);
  expect(lines(second.rows(null, null, true))).toEqual(['a=second', '=empty key']);
  expect(String(first.get(bytes('a')))).toBe('first');
  expect(first.get(bytes('b'))).toBeNull();
});

test('a range includes its lower end and excludes its upper one, buffered or committed', () => {
  const { first, commit } = twoSpaces();
  for (const key of ['a', 'c', 'e']) first.put(bytes(key), bytes('old'));
  commit(first);
  for (const key of ['b', 'd']) first.put(bytes(key), bytes('new'));
  expect(lines(first.rows(bytes('b'), bytes('d'), false))).toEqual(['b=new', 'c=old']);
  expect(lines(first.rows(bytes('c'), null, true))).toEqual(['e=old', 'd=new', 'c=old']);
  expect(lines(first.rows(null, bytes('b'), false))).toEqual(['a=old']);
});

test('a buffered deletion hides what is sealed and what is committed', () => {
  const { first, commit } = twoSpaces();
  first.put(bytes('a'), bytes('1'));
  commit(first);
  first.put(bytes('b'), bytes('1'));
  first.seal();
  first.put(bytes('a'), null);
  first.put(bytes('b'), null);
  expect(first.get(bytes('a'))).toBeNull();
  expect(first.get(bytes('b'))).toBeNull();
  expect(lines(first.rows(null, null, false))).toEqual([]);
});

test('counts the bytes that wait, until they are committed', () => {
  const { first, commit, engine } = twoSpaces();
  expect(first.bufferedBytes).toBe(0);
  first.put(bytes('key'), bytes('value'));
  first.put(bytes('gone'), null);
  expect(first.bufferedBytes).toBe(12);
  first.seal();
  first.put(bytes('k'), bytes('v'));
  expect(first.bufferedBytes).toBe(14);
  first.apply(engine.batch());
  expect(first.bufferedBytes).toBe(2);
  commit(first);
  expect(first.bufferedBytes).toBe(0);
});

test('a second generation is sealed only after the first was applied', () => {
  const { first, engine } = twoSpaces();
  first.seal();
  expect(first.hasSealed).toBe(false);
  first.put(bytes('a'), bytes('1'));
  first.seal();
  expect(first.hasSealed).toBe(true);
  first.put(bytes('a'), bytes('2'));
  expect(() => first.seal()).toThrow('sealed only after the one before was applied');
  first.apply(engine.batch());
  first.seal();
  expect(first.hasSealed).toBe(true);
});

test('hands the sealed writes to the engine in the order of the keys, and the open ones not at all', () => {
  const { first } = twoSpaces();
  first.put(bytes('b'), bytes('1'));
  first.put(bytes('c'), null);
  first.put(bytes('a'), bytes('1'));
  first.seal();
  first.put(bytes('a'), bytes('2'));
  const calls: string[] = [];
  first.apply({
    put: (key, value) => void calls.push(`put ${key.subarray(1)} ${value}`),
    delete: (key) => void calls.push(`delete ${key.subarray(1)}`),
    commit: () => expect.fail('the caller commits'),
  });
  expect(calls).toEqual(['put a 1', 'put b 1', 'delete c']);
});

test('the windows of a key are those that a range finds, but for longer keys', () => {
  const anyRow = fc.record({ key: fc.constantFrom('a', 'ab', 'b'), start: fc.nat(5), isDeleted: fc.boolean() });
  const steps = fc.array(fc.oneof(anyRow, fc.constantFrom('seal', 'apply')), { maxLength: 30 });
  const nowhere = inMemoryState().acquire('app').open({ subtopology: 0, partition: 0 }, { memoryBytes: 0 });
  fc.assert(
    fc.property(steps, fc.boolean(), fc.nat(6), fc.nat(6), (taken, reverse, first, last) => {
      const options = { isNew: true, loads: false, maxBytes: () => 1_000 };
      const rows = new ResidentRows(new EngineRows(nowhere, Buffer.from([1])), options);
      const space = new KeySpace(rows, () => nowhere.batch());
      for (const step of taken) {
        if (step === 'seal') {
          if (!space.hasSealed) space.seal();
        } else if (step === 'apply') {
          space.apply(nowhere.batch());
        } else {
          space.put(windowKey(bytes(step.key), step.start, 0), step.isDeleted ? null : bytes('v'));
        }
      }
      const [from, to] = [windowKey(bytes('a'), first, 0), windowKey(bytes('a'), last, 0)];
      const all = [...space.rows(from, to, reverse)].filter(({ key }) => key.length === from.length);
      expect(lines(space.windows(from, to, reverse))).toEqual(lines(all));
    }),
  );
});
