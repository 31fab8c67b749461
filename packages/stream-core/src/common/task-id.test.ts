import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareTaskIds, formatTaskId, parseTaskId } from './task-id.ts';

test('a task id is written as Kafka Streams writes it, and reads back', () => {
  expect(formatTaskId({ subtopology: 1, partition: 12 })).toBe('1_12');
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (subtopology, partition) => {
      expect(parseTaskId(formatTaskId({ subtopology, partition }))).toEqual({ subtopology, partition });
    }),
  );
});

test.each(['', '1', '_', '1_', '_1', '-1_0', '1_2_3', '1_2 ', 'a_1', 'topology__0_1'])('"%s" is no task id', (text) => {
  expect(parseTaskId(text)).toBeNull();
});

test('task ids are ordered by sub-topology, then by partition, as numbers', () => {
  const sorted = ['0_2', '0_10', '1_0', '2_3', '10_0'];
  const ids = [...sorted].reverse().map((text) => parseTaskId(text) ?? expect.fail(text));
  expect(ids.sort(compareTaskIds).map(formatTaskId)).toEqual(sorted);
  expect(compareTaskIds({ subtopology: 1, partition: 1 }, { subtopology: 1, partition: 1 })).toBe(0);
});
