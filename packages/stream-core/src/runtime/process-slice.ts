import type { Clock } from '../common/clock.ts';
import type { LagOf } from './partition-group.ts';
import type { StreamTask } from './stream-task.ts';

// One turn of the loop takes so many records, or so long, before the thread looks at everything else again.
const sliceRecordsMax = 4_096;
const sliceMs = 20;
const recordsBetweenClockReads = 64;

/** Takes records of all tasks in turn, as long as any is ready and the slice is not over. Returns how many. */
export const processSlice = (tasks: readonly StreamTask[], clock: Clock, lagOf: LagOf): number => {
  const startedMs = clock.now();
  let now = startedMs;
  let processed = 0;
  let isAnyReady = true;
  while (isAnyReady && processed < sliceRecordsMax && now - startedMs < sliceMs) {
    isAnyReady = false;
    for (const task of tasks) {
      const count = processTask(task, now, lagOf);
      processed += count;
      if (count === recordsBetweenClockReads) isAnyReady = true;
    }
    now = clock.now();
  }
  return processed;
};

const processTask = (task: StreamTask, now: number, lagOf: LagOf): number => {
  let count = 0;
  while (count < recordsBetweenClockReads && task.isReady(now, lagOf) && task.process(now)) count++;
  return count;
};
