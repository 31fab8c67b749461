import { readInt64, writeInt64 } from '../common/bytes.ts';
import type { RowStore } from './row-store.ts';
import { rawValue, timestampOf, withTimestamp } from './value-and-timestamp.ts';
import { putReturnCodes } from './versioned-key-value-store.ts';

/** A version in bytes; a null value is a deletion. */
interface Version {
  readonly value: Buffer | null;
  readonly validFrom: number;
  readonly validTo: number;
}

/** A version that was found. */
export interface FoundVersion {
  readonly value: Buffer;
  readonly timestamp: number;
  readonly validTo: number | null;
}

export interface VersionRowsOptions {
  /** The latest version of each key that was not deleted: timestamp, value. */
  readonly latest: RowStore;
  /** Older versions by key and end of validity, in segments. */
  readonly history: RowStore;
  /** How long an old version can be read, and how late one may come. */
  readonly retentionMs: number;
  readonly segmentMs: number;
  /** The largest timestamp that was put before; -1 when none was. */
  readonly observedTime: number;
}

const latestSegment = 0;
const lengthSize = 4;
const timeSize = 8;
const deleted = 0;
const present = 1;

/** No time begins with this byte, so that it ends the rows of a key. */
const behindTimes = 0x80;

const historyPrefix = (key: Buffer, suffix: number): Buffer => {
  const bytes = Buffer.allocUnsafe(lengthSize + key.length + suffix);
  bytes.writeUInt32BE(key.length, 0);
  bytes.set(key, lengthSize);
  return bytes;
};

/** Length of the key (4 bytes), key, end of validity (8): the versions of a key lie together, in their order. */
const historyKey = (key: Buffer, validTo: number): Buffer => {
  const bytes = historyPrefix(key, timeSize);
  writeInt64(bytes, validTo, bytes.length - timeSize);
  return bytes;
};

/** The first key behind all versions of `key`. */
const historyEnd = (key: Buffer): Buffer => {
  const bytes = historyPrefix(key, 1);
  bytes[bytes.length - 1] = behindTimes;
  return bytes;
};

/** The end of validity in the key of an old version. */
export const validToOfHistoryKey = (rowKey: Buffer): number => readInt64(rowKey, rowKey.length - timeSize);

/** Start of validity (8 bytes), 1 and the value, or 0 for a deletion. */
const encodeVersion = ({ value, validFrom }: Version): Buffer => {
  const bytes = Buffer.allocUnsafe(timeSize + 1 + (value?.length ?? 0));
  writeInt64(bytes, validFrom, 0);
  bytes[timeSize] = value === null ? deleted : present;
  if (value !== null) bytes.set(value, timeSize + 1);
  return bytes;
};

/**
 * The versions of a versioned store in bytes. Every version ends where the next one begins, so it is kept under its end:
 * it is forgotten with the segment of that, and the version of a time is the first that ends behind it. The latest
 * version of a key has no end and stands apart. A deletion behind which nothing is known is a version that ends where it
 * begins.
 *
 * Kafka Streams keeps the versions of a key and segment in one row; what is found is the same.
 *
 * @see `org.apache.kafka.streams.state.internals.RocksDBVersionedStore`
 */
export class VersionRows {
  readonly #options: VersionRowsOptions;
  #observedTime: number;

  constructor(options: VersionRowsOptions) {
    this.#options = options;
    this.#observedTime = options.observedTime;
  }

  /** The largest timestamp that was ever put; -1 before that. */
  get observedTime(): number {
    return this.#observedTime;
  }

  /** Whether what is of that time is too old to be put, or to be read. */
  isExpired(timestamp: number): boolean {
    return timestamp < this.#observedTime - this.#options.retentionMs;
  }

  /** See VersionedKeyValueStore.put. */
  put(key: Buffer, value: Buffer | null, timestamp: number): number {
    if (this.isExpired(timestamp)) return putReturnCodes.notPut;
    this.#observedTime = Math.max(this.#observedTime, timestamp);
    const latest = this.get(key);
    const version = { value, validFrom: timestamp };
    if (latest === null || timestamp < latest.timestamp) return this.#putBehind(key, version, latest);
    if (timestamp > latest.timestamp) {
      this.#keep(key, { value: latest.value, validFrom: latest.timestamp, validTo: timestamp });
    }
    // As in Kafka Streams, a deletion that replaces a version of the same time leaves no trace of its own.
    this.#setLatest(key, version);
    return putReturnCodes.validToUndefined;
  }

  /** The latest version. */
  get(key: Buffer): FoundVersion | null {
    const row = this.#options.latest.get(latestSegment, key);
    return row === null ? null : { value: rawValue(row), timestamp: timestampOf(row), validTo: null };
  }

  /** The version that was valid at a time. */
  getAsOf(key: Buffer, timestamp: number): FoundVersion | null {
    const latest = this.get(key);
    if (latest !== null && latest.timestamp <= timestamp) return latest;
    if (this.isExpired(timestamp)) return null;
    const found = this.#firstEndingBehind(key, timestamp);
    if (found === null || found.value === null || found.validFrom > timestamp) return null;
    return { value: found.value, timestamp: found.validFrom, validTo: found.validTo };
  }

  /**
   * The versions that were valid at some moment from `from` to `to`, oldest first. Before the history retention the
   * latest one alone is looked at.
   *
   * @see `RocksDBVersionedStore#get(Bytes, long, long, ResultOrder)`, `LogicalSegmentIterator`
   */
  versions(key: Buffer, from: number, to: number): FoundVersion[] {
    const found = this.isExpired(to) ? [] : this.#history(key, from, to);
    const latest = this.get(key);
    if (latest !== null && latest.timestamp <= to) found.push(latest);
    return found;
  }

  #history(key: Buffer, from: number, to: number): FoundVersion[] {
    const { history } = this.#options;
    const first = Math.max(from, -1) + 1;
    const found: FoundVersion[] = [];
    if (first > Number.MAX_SAFE_INTEGER) return found;
    const [begin, end] = [historyKey(key, first), historyEnd(key)];
    for (const segment of history.segments(this.#segmentOf(first), Number.MAX_SAFE_INTEGER)) {
      for (const { key: rowKey, value: row } of history.range(segment, begin, end, false)) {
        const timestamp = readInt64(row, 0);
        if (timestamp > to) return found;
        if (row[timeSize] === deleted) continue;
        found.push({ value: row.subarray(timeSize + 1), timestamp, validTo: validToOfHistoryKey(rowKey) });
      }
    }
    return found;
  }

  /** Puts a version that is not behind the latest one, if there is a latest one. */
  #putBehind(key: Buffer, version: Omit<Version, 'validTo'>, latest: FoundVersion | null): number {
    const { validFrom } = version;
    const next = this.#firstEndingBehind(key, validFrom);
    if (next !== null && next.validFrom <= validFrom) {
      if (next.validFrom < validFrom) this.#keep(key, { ...next, validTo: validFrom });
      this.#keep(key, { ...version, validTo: next.validTo });
      return next.validTo;
    }
    const validTo = next?.validFrom ?? latest?.timestamp ?? null;
    if (validTo !== null) {
      this.#keep(key, { ...version, validTo });
      return validTo;
    }
    if (version.value !== null) this.#setLatest(key, version);
    else if (!this.#endsAt(key, validFrom)) this.#keep(key, { ...version, validTo: validFrom });
    return putReturnCodes.validToUndefined;
  }

  #setLatest(key: Buffer, { value, validFrom }: Omit<Version, 'validTo'>): void {
    this.#options.latest.put(latestSegment, key, value === null ? null : withTimestamp(value, validFrom));
  }

  #keep(key: Buffer, version: Version): void {
    this.#options.history.put(
      this.#segmentOf(version.validTo),
      historyKey(key, version.validTo),
      encodeVersion(version),
    );
  }

  /** Whether a version ends at that time, which is to say that the key was deleted then. */
  #endsAt(key: Buffer, time: number): boolean {
    return this.#options.history.get(this.#segmentOf(time), historyKey(key, time)) !== null;
  }

  #firstEndingBehind(key: Buffer, time: number): Version | null {
    const { history } = this.#options;
    const from = historyKey(key, time + 1);
    const to = historyEnd(key);
    for (const segment of history.segments(this.#segmentOf(time + 1), Number.MAX_SAFE_INTEGER)) {
      for (const { key: rowKey, value: row } of history.range(segment, from, to, false)) {
        const value = row[timeSize] === deleted ? null : row.subarray(timeSize + 1);
        return { value, validFrom: readInt64(row, 0), validTo: validToOfHistoryKey(rowKey) };
      }
    }
    return null;
  }

  #segmentOf(time: number): number {
    return Math.floor(time / this.#options.segmentMs);
  }
}
