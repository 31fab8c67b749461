import { asBuffer, bytesToKey, keyToBytes } from '../common/bytes.ts';
import type { Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import type { RecordContext, RecordSlot } from '../common/record-context.ts';
import type { Serde } from '../serdes/serde.ts';
import type { BufferValue } from './buffer-value.ts';
import { bufferValueBytes, decodeBufferValue, encodeBufferValue } from './buffer-value.ts';
import type { Changelog } from './change-logging-rows.ts';
import type { RowStore } from './row-store.ts';
import type { StateStore } from './state-store.ts';
import type { TimedEntry } from './time-heap.ts';
import { TimeHeap } from './time-heap.ts';

const segment = 0;

/** Names the version of the changelog format. Deletions have no headers. */
const changelogHeaders: Headers = [{ key: 'v', value: Buffer.from([3]) }];

/** An update that is held back. */
export interface BufferedUpdate<K, V> {
  readonly key: K;
  readonly newValue: V | null;
  /** Null also where nobody asked for old values. */
  readonly oldValue: V | null;
}

/** An update that leaves the buffer, with the context of the record that made it. */
export interface BufferEviction<K, V> extends BufferedUpdate<K, V> {
  readonly context: RecordContext;
}

export interface TimeOrderedBufferOptions<K, V> {
  readonly name: string;
  readonly topic: string;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  readonly record: RecordSlot;
  /** Null for a store that is not logged. */
  readonly changelog: Changelog | null;
}

interface Entry extends TimedEntry {
  sizeBytes: number;
}

/**
 * The updates that suppress holds back, ordered by their buffer time and then by key. A key has one update: a newer one
 * takes the place of the one before, at its time.
 *
 * A row has the bytes of its changelog record. The order of the rows is kept in memory too, for every key its time and
 * size. What changed is logged at a commit, a record a key.
 *
 * @see KIP-328, `org.apache.kafka.streams.state.internals.InMemoryTimeOrderedKeyValueChangeBuffer`
 */
export class TimeOrderedBuffer<K, V> implements StateStore {
  readonly name: string;
  readonly kind = 'timeOrderedBuffer';
  readonly isTimestamped = false;
  readonly #rows: RowStore;
  readonly #options: TimeOrderedBufferOptions<K, V>;
  readonly #index = new Map<string, Entry>();
  /** Entries whose key is not at this entry any more are passed over. */
  readonly #order = new TimeHeap<Entry>();
  readonly #dirty = new Set<string>();
  #bytes = 0;

  constructor(rows: RowStore, options: TimeOrderedBufferOptions<K, V>) {
    this.name = options.name;
    this.#rows = rows;
    this.#options = options;
    for (const { key, value } of rows.range(segment, null, null, false)) this.#indexed(key, decodeBufferValue(value));
  }

  get numRecords(): number {
    return this.#index.size;
  }

  /** What the buffered updates take in memory by the reckoning of Kafka Streams, which bounds buffers. */
  get bufferSize(): number {
    return this.#bytes;
  }

  /** The smallest buffer time; null when nothing is buffered. */
  get minTimestamp(): number | null {
    return this.#oldest()?.time ?? null;
  }

  /**
   * Buffers an update.
   *
   * @param time where it stands in the buffer, unless its key is there already
   * @param context of the record that made the update
   */
  put(time: number, update: BufferedUpdate<K, V>, context: RecordContext): void {
    const { key: keySerde, topic } = this.#options;
    const key = asBuffer(keySerde.serialize(update.key, topic, context.headers));
    const oldValue = this.#valueBytes(update.oldValue, context.headers);
    const newValue = this.#valueBytes(update.newValue, context.headers);
    const buffered = this.#rows.get(segment, key);
    const before = buffered === null ? null : decodeBufferValue(buffered);
    const priorValue = before === null ? oldValue : before.priorValue;
    const value = { time: before?.time ?? time, context, priorValue, oldValue, newValue };
    this.#indexed(key, value);
    this.#rows.put(segment, key, encodeBufferValue(value));
    this.#dirty.add(bytesToKey(key));
  }

  /**
   * Takes updates out, the oldest first, while there are any and the predicate, asked before each, allows it.
   *
   * @param onEviction called before the update is gone
   */
  evictWhile(predicate: () => boolean, onEviction: (eviction: BufferEviction<K, V>) => void): void {
    for (let entry = this.#oldest(); entry !== undefined && predicate(); entry = this.#oldest()) {
      const key = keyToBytes(entry.name);
      const row = this.#rows.get(segment, key);
      if (row !== null) onEviction(this.#decoded(key, decodeBufferValue(row)));
      this.#forget(key);
      this.#dirty.add(entry.name);
    }
  }

  /** What a buffered key had before it was buffered; null when the key is not buffered. */
  priorValueForBuffered(key: K): { readonly value: V | null } | null {
    const { key: serde, topic, record } = this.#options;
    const row = this.#rows.get(segment, asBuffer(serde.serialize(key, topic, record.current.headers)));
    return row === null ? null : { value: this.#value(decodeBufferValue(row).priorValue) };
  }

  /** Logs what changed since the last call. */
  logChanges(): void {
    const { changelog, record } = this.#options;
    if (changelog !== null) {
      for (const name of this.#dirty) {
        const key = keyToBytes(name);
        const row = this.#rows.get(segment, key);
        // Kafka Streams leaves the timestamp to its producer, which takes the wall clock.
        if (row === null) changelog.append(key, null, Math.max(0, record.current.timestamp), noHeaders);
        else changelog.append(key, row, decodeBufferValue(row).context.timestamp, changelogHeaders);
      }
    }
    this.#dirty.clear();
  }

  /** Puts back a changelog record of version 3. @throws RangeError for one of an older version */
  restore(key: Buffer, row: Buffer | null): void {
    if (row === null) {
      this.#forget(key);
      return;
    }
    const value = decodeBufferValue(row);
    const time = this.#index.get(bytesToKey(key))?.time ?? value.time;
    this.#indexed(key, value);
    this.#rows.put(segment, key, time === value.time ? row : encodeBufferValue({ ...value, time }));
  }

  #oldest(): Entry | undefined {
    for (;;) {
      const entry = this.#order.peek();
      if (entry === undefined || this.#index.get(entry.name) === entry) return entry;
      this.#order.pop();
    }
  }

  #indexed(key: Buffer, value: BufferValue): void {
    const name = bytesToKey(key);
    const sizeBytes = bufferValueBytes(key, value);
    const existing = this.#index.get(name);
    this.#bytes += sizeBytes - (existing?.sizeBytes ?? 0);
    if (existing !== undefined) {
      existing.sizeBytes = sizeBytes;
      return;
    }
    const entry = { time: value.time, name, sizeBytes };
    this.#index.set(name, entry);
    this.#order.push(entry);
  }

  #forget(key: Buffer): void {
    const name = bytesToKey(key);
    const entry = this.#index.get(name);
    if (entry === undefined) return;
    this.#index.delete(name);
    this.#bytes -= entry.sizeBytes;
    this.#rows.put(segment, key, null);
  }

  #decoded(key: Buffer, { context, oldValue, newValue }: BufferValue): BufferEviction<K, V> {
    const { key: serde, topic, record } = this.#options;
    return {
      key: serde.deserialize(key, topic, record.current.headers),
      newValue: this.#value(newValue),
      oldValue: this.#value(oldValue),
      context,
    };
  }

  #value(bytes: Buffer | null): V | null {
    const { value, topic, record } = this.#options;
    return bytes === null ? null : value.deserialize(bytes, topic, record.current.headers);
  }

  #valueBytes(value: V | null, headers: Headers): Buffer | null {
    const { value: serde, topic } = this.#options;
    return value === null ? null : asBuffer(serde.serialize(value, topic, headers));
  }
}
