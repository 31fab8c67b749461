import { expect, test } from 'vitest';

import { emptyRecordContext, withRecordContext } from './record-context.ts';

test('work that no record caused has no topic, partition or offset', () => {
  expect(emptyRecordContext(7)).toEqual({
    topic: null,
    partition: -1,
    offset: -1,
    timestamp: 7,
    headers: [],
    rawKey: null,
    rawValue: null,
  });
});

test('another context stands in the slot during the action alone', () => {
  const outer = emptyRecordContext(1);
  const inner = emptyRecordContext(2);
  const slot = { current: outer };
  withRecordContext(slot, inner, () => expect(slot.current).toBe(inner));
  expect(slot.current).toBe(outer);
});

test('the slot has its context back after an action that throws', () => {
  const outer = emptyRecordContext(1);
  const slot = { current: outer };
  const act = () =>
    withRecordContext(slot, emptyRecordContext(2), () => {
      throw new Error('failed');
    });
  expect(act).toThrow('failed');
  expect(slot.current).toBe(outer);
});
