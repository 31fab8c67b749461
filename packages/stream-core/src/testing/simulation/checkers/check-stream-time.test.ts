import { expect, test } from 'vitest';

import { checkStreamTime } from './check-stream-time.ts';
import type { FinishedRun } from './finished-run.ts';

const runWith = (times: readonly number[]): FinishedRun => {
  const records = times.map((streamTimeMs, offset) => ({ topic: 'in', partition: 0, offset, life: 1, streamTimeMs }));
  const tasks = new Map([['0_0', { subtopology: 0, partition: 0, records, problems: [] }]]);
  return { cluster: { guarantee: 'exactly_once_v2', processing: { tasks } } } as never;
};

test('time that stands still or goes on is right', () => {
  expect(checkStreamTime(runWith([1, 1, 4]))).toEqual([]);
});

test('time that goes back is found', () => {
  expect(checkStreamTime(runWith([1, 4, 2]))).toEqual(['stream time: task 0_0 went back from 4 to 2 at in-0 offset 2']);
});
