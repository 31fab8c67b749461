import type { ErrorCode } from '../../../errors/codes.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { backoffMs } from '../retry-backoff.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { FetchSettings } from './fetch-options.ts';

/** How long to wait after so many failures in a row (the first is 1). */
export const retryDelayMs = (failures: number, settings: FetchSettings): number =>
  backoffMs(settings, Math.max(failures, 1), settings.chance);

/** Leaves a partition alone for a while. Its position stays. */
export const tryLater = (partition: AssignedPartition, settings: FetchSettings): void => {
  partition.failures++;
  partition.retryAtMs = settings.clock.monotonic() + retryDelayMs(partition.failures, settings);
};

/** True when the same may be tried again without the caller learning of it. */
export const isPassing = (error: unknown): boolean =>
  error instanceof StreamsError && (error.code === 'BROKER_UNAVAILABLE' || error.code === 'CORRUPT_MESSAGE');

/** An error of this partition, with its name in the message and the context. */
export const partitionError = (partition: AssignedPartition, code: ErrorCode, message: string): StreamsError => {
  const { topic, partition: number } = partition.topicPartition;
  const context = { topic, partition: number, offset: partition.fetchOffset };
  return new StreamsError(code, `${partition.key}: ${message}`, { context });
};

/** What a failed question about a partition comes to: another attempt, or the end of the next poll. */
export const takeFailure = (partition: AssignedPartition, error: unknown, settings: FetchSettings): void => {
  const isMissing = error instanceof StreamsError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION';
  if (isPassing(error) || (isMissing && settings.ignoreMissing)) tryLater(partition, settings);
  else partition.fail(error instanceof Error ? error : new Error(String(error)));
};
