import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { inMemoryState } from './in-memory-state.ts';
import type { KeySpace } from './key-space.ts';
import { TaskState } from './task-state.ts';

const open = () => {
  const engine = inMemoryState().acquire('app').open({ subtopology: 0, partition: 0 }, { memoryBytes: 0 });
  return { engine, state: TaskState.open(engine, { applicationId: 'app', taskId: '0_0', writeBehind: null }) };
};
const bytes = (text: string) => Buffer.from(text);
const rows = (space: KeySpace, reverse = false) =>
  [...space.rows(null, null, reverse)].map(({ key, value }) => `${key}=${value}`);

describe('TaskState', () => {
  test('the newest generation hides the sealed one, and that the engine', () => {
    const { state } = open();
    const space = state.open('s');
    space.put(bytes('a'), bytes('1'));
    space.put(bytes('b'), bytes('1'));
    space.put(bytes('c'), bytes('1'));
    state.seal();
    state.applySealed(new Map());
    space.put(bytes('b'), bytes('2'));
    space.put(bytes('c'), null);
    state.seal();
    space.put(bytes('c'), bytes('3'));
    space.put(bytes('d'), bytes('3'));
    expect(rows(space)).toEqual(['a=1', 'b=2', 'c=3', 'd=3']);
    expect(rows(space, true)).toEqual(['d=3', 'c=3', 'b=2', 'a=1']);
    expect(String(space.get(bytes('b')))).toBe('2');
    expect([...space.rows(bytes('b'), bytes('d'), false)].length).toBe(2);
  });

  test('what was not applied is not in the engine, and neither is its changelog offset', () => {
    const { engine, state } = open();
    const space = state.open('s');
    space.put(bytes('a'), bytes('1'));
    state.seal();
    state.applySealed(new Map([['log', 5]]));
    space.put(bytes('a'), bytes('2'));
    space.put(bytes('b'), bytes('2'));
    state.seal();
    space.put(bytes('c'), bytes('3'));
    const reopened = TaskState.open(engine, { applicationId: 'app', taskId: '0_0', writeBehind: null });
    expect(rows(reopened.open('s'))).toEqual(['a=1']);
    expect(reopened.changelogOffset('log')).toBe(5);
    expect(reopened.changelogOffset('other')).toBeNull();
  });

  test('a dropped segment is back after an abort, and gone after the commit', () => {
    const { engine, state } = open();
    const segment = state.open('w', 7);
    segment.put(bytes('a'), bytes('1'));
    state.seal();
    state.applySealed(new Map());
    state.drop(segment);
    expect(
      rows(TaskState.open(engine, { applicationId: 'app', taskId: '0_0', writeBehind: null }).open('w', 7)),
    ).toEqual(['a=1']);
    state.seal();
    state.applySealed(new Map());
    expect(
      rows(TaskState.open(engine, { applicationId: 'app', taskId: '0_0', writeBehind: null }).open('w', 7)),
    ).toEqual([]);
  });

  test('a segment that is dropped while its last writes are being committed does not come back', () => {
    const { engine, state } = open();
    const segment = state.open('w', 7);
    segment.put(bytes('a'), bytes('1'));
    state.seal();
    state.drop(segment);
    state.applySealed(new Map());
    state.seal();
    state.applySealed(new Map());
    expect(
      rows(TaskState.open(engine, { applicationId: 'app', taskId: '0_0', writeBehind: null }).open('w', 7)),
    ).toEqual([]);
  });

  test('a range that is being walked does not change', () => {
    const { state } = open();
    const space = state.open('s');
    for (const key of ['a', 'b', 'c']) space.put(bytes(key), bytes('1'));
    const seen: string[] = [];
    for (const { key } of space.rows(null, null, false)) {
      seen.push(String(key));
      space.put(bytes('c'), null);
      space.put(bytes('d'), bytes('1'));
    }
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  test('equals a plain map whatever is written, sealed and applied', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), key: fc.string({ maxLength: 2 }), value: fc.option(fc.string()) }),
      fc.record({ kind: fc.constantFrom('seal' as const, 'apply' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { state } = open();
        const space = state.open('s');
        const model = new Map<string, string>();
        let isSealed = false;
        for (const entry of steps) {
          if (entry.kind === 'put') {
            space.put(bytes(entry.key), entry.value === null ? null : bytes(entry.value));
            if (entry.value === null) model.delete(entry.key);
            else model.set(entry.key, entry.value);
          } else if (entry.kind === 'seal' && !isSealed) {
            state.seal();
            isSealed = true;
          } else if (entry.kind === 'apply' && isSealed) {
            state.applySealed(new Map());
            isSealed = false;
          }
        }
        const expected = [...model].map(([key, value]) => [bytes(key), bytes(value)] as const);
        expected.sort(([left], [right]) => Buffer.compare(left, right));
        expect([...space.rows(null, null, false)].map(({ key, value }) => [Buffer.from(key), value])).toEqual(expected);
        for (const [key, value] of expected) expect(space.get(key)).toEqual(value);
      }),
    );
  });
});
