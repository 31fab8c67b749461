import { expect, test } from 'vitest';
import type { OffsetAndMetadata } from '../broker/group-consumer.ts';
import type { Logger } from '../common/logger.ts';
import { silentLogger } from '../common/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { stableOffsets } from './stable-offsets.ts';

const partitions = [
  { topic: 'in', partition: 0 },
  { topic: 'in', partition: 1 },
];
const committed: readonly (OffsetAndMetadata | null)[] = [{ offset: 7, leaderEpoch: -1, metadata: '' }, null];

const waiting = () => {
  const clock = new ManualClock();
  const read = Promise.withResolvers<readonly (OffsetAndMetadata | null)[]>();
  const stop = Promise.withResolvers<void>();
  const warnings: unknown[] = [];
  const logger: Logger = { ...silentLogger, warn: (event, fields) => warnings.push({ event, ...fields }) };
  const consumer = { committed: () => read.promise };
  const offsets = stableOffsets(partitions, { consumer, clock, logger, stopped: stop.promise });
  return { clock, read, stop, warnings, offsets };
};

test('gives what was committed, and says nothing when that is there soon', async () => {
  const { clock, read, warnings, offsets } = waiting();
  await clock.advance(14_999);
  read.resolve(committed);
  expect(await offsets).toEqual(committed);
  expect(clock.pendingTimers).toBe(0);
  expect(warnings).toEqual([]);
});

test('says again and again that a transaction holds them', async () => {
  const { clock, read, warnings, offsets } = waiting();
  await clock.advance(31_000);
  const warning = { event: 'offsets.waiting', topic: 'in', partition: 0, partitions: 2 };
  expect(warnings).toEqual([
    { ...warning, waitedMs: 15_000 },
    { ...warning, waitedMs: 30_000 },
  ]);
  read.reject(new Error('gone'));
  await expect(offsets).rejects.toThrow('gone');
  expect(clock.pendingTimers).toBe(0);
});

test('does not wait when it is told to stop', async () => {
  const { clock, stop, offsets } = waiting();
  stop.resolve();
  expect(await offsets).toBeNull();
  expect(clock.pendingTimers).toBe(0);
});
