import type { GroupConsumer, OffsetAndMetadata } from '../broker/group-consumer.ts';
import type { Clock, Timer } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import type { TopicPartition } from '../common/topic-partition.ts';

/** Longer than a transaction stays open that nobody commits, by default. */
const warnEveryMs = 15_000;

export interface StableOffsetsOptions {
  readonly consumer: Pick<GroupConsumer, 'committed'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves when nobody needs the offsets any more. */
  readonly stopped: Promise<unknown>;
}

/**
 * The committed offsets of partitions, when no transaction holds any of them. While one does, the log says so: a
 * transaction that never ends needs an operator.
 *
 * @returns in the order of the partitions, null where nothing was committed; null altogether when stopped before
 */
export const stableOffsets = async (
  partitions: readonly TopicPartition[],
  { consumer, clock, logger, stopped }: StableOffsetsOptions,
): Promise<(OffsetAndMetadata | null)[] | null> => {
  if (partitions.length === 0) return [];
  const sinceMs = clock.monotonic();
  const [{ topic, partition }] = partitions as [TopicPartition];
  const warn = (): void => {
    logger.warn('offsets.waiting', {
      topic,
      partition,
      partitions: partitions.length,
      waitedMs: clock.monotonic() - sinceMs,
    });
    timer = clock.schedule(warnEveryMs, warn);
  };
  let timer: Timer = clock.schedule(warnEveryMs, warn);
  const read = consumer.committed(partitions);
  // Who has stopped waiting closes the consumer, and this read fails then.
  read.catch(() => undefined);
  try {
    const offsets = await Promise.race([read, stopped.then(() => null)]);
    return offsets === null ? null : [...offsets];
  } finally {
    timer.cancel();
  }
};
