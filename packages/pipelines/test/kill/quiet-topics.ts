import { systemClock } from '@millrace/stream-core';
import type { Admin } from '@millrace/stream-core/broker';
import { pause } from '../../src/payments/demo/demo-clock.ts';

const checkEveryMs = 1_000;

/** The ends of all topics: `null` while a transaction is open in one of them. */
const stableEnds = async (admin: Admin): Promise<string | null> => {
  const names = (await admin.listTopics()).filter((name) => !name.startsWith('__'));
  const requests = [...(await admin.describeTopics(names)).values()].flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({
      partition: { topic: name, partition },
      spec: 'latest' as const,
    })),
  );
  const committed = (await admin.listOffsets(requests, 'read_committed')).join();
  const written = (await admin.listOffsets(requests, 'read_uncommitted')).join();
  return committed === written ? written : null;
};

/** Until when to wait for what. */
export interface QuietOptions {
  /** Nothing may be written for so long. */
  readonly quietMs: number;
  readonly patienceMs: number;
  /** What else must hold, such as that every payment was confirmed. */
  readonly condition: () => boolean;
}

/** Waits until no topic grows and no transaction is open for a while. @returns false when that takes too long */
export const untilQuiet = async (admin: Admin, { quietMs, patienceMs, condition }: QuietOptions): Promise<boolean> => {
  const deadline = systemClock.monotonic() + patienceMs;
  let ends: string | null = null;
  let since = systemClock.monotonic();
  while (systemClock.monotonic() < deadline) {
    const now = await stableEnds(admin);
    if (now === null || now !== ends || !condition()) since = systemClock.monotonic();
    if (systemClock.monotonic() - since >= quietMs) return true;
    ends = now;
    await pause(systemClock, checkEveryMs);
  }
  return false;
};
