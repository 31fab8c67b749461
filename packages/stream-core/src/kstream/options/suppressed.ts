import type { Duration } from '../../common/duration.ts';
import { toMs } from '../../common/duration.ts';
import type { Windowed } from '../../common/window.ts';

/** What a buffer may hold, and how it is logged. Without bounds it holds what memory does. */
export interface StrictBufferConfig {
  /** @default unbounded */
  readonly maxRecords?: number;
  /** Bytes by the reckoning of Kafka Streams: keys, values, and where the records came from. @default unbounded */
  readonly maxBytes?: number;
  /** Whether the buffer has a changelog from which it is restored. @default true */
  readonly logging?: boolean;
  /** Settings of the changelog topic. */
  readonly changelogConfig?: Readonly<Record<string, string>>;
}

/** A buffer that may also let updates go before their time. */
export interface BufferConfig extends StrictBufferConfig {
  /** What happens with an update too many: the oldest ones are emitted, or the task fails. @default emitEarly */
  readonly whenFull?: 'emitEarly' | 'shutDown';
}

/**
 * Which updates of a table are held back, and for how long. Made by `untilWindowCloses` and `untilTimeLimit`. The keys
 * of the table are `K`.
 */
export interface Suppressed<K> {
  /** Null: until the window of the key is closed. */
  readonly timeLimitMs: number | null;
  /** The end of the window of a key, which is waited for; null: the timestamp of the update counts. */
  readonly endOf: ((key: K) => number) | null;
  /** The name of the processor, and the prefix of that of the store. Null: generated. */
  readonly name: string | null;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly whenFull: 'emitEarly' | 'shutDown';
  readonly logging: boolean;
  readonly changelogConfig: Readonly<Record<string, string>>;
}

const bound = (limit: number | undefined, what: string): number => {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new RangeError(`${what}: it must be an integer of at least 0, not ${limit}`);
  }
  return limit;
};

const suppressed = (
  name: string | undefined,
  buffer: StrictBufferConfig & Required<Pick<BufferConfig, 'whenFull'>>,
): Omit<Suppressed<never>, 'timeLimitMs' | 'endOf'> => ({
  name: name ?? null,
  maxRecords: bound(buffer.maxRecords, 'maxRecords'),
  maxBytes: bound(buffer.maxBytes, 'maxBytes'),
  whenFull: buffer.whenFull,
  logging: buffer.logging ?? true,
  changelogConfig: buffer.changelogConfig ?? {},
});

/**
 * Holds back the updates of a windowed table until its windows are closed, so that there is one result a window, and it
 * is final. Deletions are not emitted. A buffer with bounds that is full fails the task, since no result may come early.
 *
 * Time is that of the updates that reach the suppress: it takes a later one to close a window.
 *
 * @throws RangeError when a bound is negative
 * @see KIP-328, `org.apache.kafka.streams.kstream.Suppressed.untilWindowCloses`
 */
export const untilWindowCloses = (
  options: {
    /** The name of the processor, and the prefix of that of the store. @default generated */
    readonly name?: string;
    /** @default unbounded */
    readonly buffer?: StrictBufferConfig;
  } = {},
): Suppressed<Windowed<unknown>> => ({
  ...suppressed(options.name, { ...options.buffer, whenFull: 'shutDown' }),
  timeLimitMs: null,
  endOf: ({ window }) => window.end,
});

/**
 * Holds back the updates of each key for `timeLimit` after the first one, and then emits the last. Time is that of the
 * updates that reach the suppress.
 *
 * @throws RangeError when the limit or a bound is negative
 * @see KIP-328, `org.apache.kafka.streams.kstream.Suppressed.untilTimeLimit`
 */
export const untilTimeLimit = (options: {
  readonly timeLimit: Duration;
  /** The name of the processor, and the prefix of that of the store. @default generated */
  readonly name?: string;
  /** @default unbounded */
  readonly buffer?: BufferConfig;
}): Suppressed<unknown> => ({
  ...suppressed(options.name, { whenFull: 'emitEarly', ...options.buffer }),
  timeLimitMs: toMs(options.timeLimit, 'time limit'),
  endOf: null,
});
