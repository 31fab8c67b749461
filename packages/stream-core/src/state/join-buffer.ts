import { asBuffer, copyBytes, readInt64, writeInt64 } from '../common/bytes.ts';
import type { RecordContext } from '../common/record-context.ts';
import type { Serde } from '../serdes/serde.ts';
import { decodeBufferValue, encodeBufferValue } from './buffer-value.ts';
import type { KeyValueShape } from './open-store.ts';
import { resolveSerde } from './open-store.ts';
import { PlainRows } from './plain-rows.ts';
import type { Row, RowStore } from './row-store.ts';
import type { OpenStore, StateStore, StoreContext } from './state-store.ts';
import { cacheControl, layered } from './store-layers.ts';

const segment = 0;
const timeFirst = 0;
const timeAt = 1;
const keyAt = 9;
const sequenceSize = 4;
const maxSequence = 0x7fffffff;

export interface JoinBufferOptions<K, V> {
  readonly name: string;
  readonly topic: string;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
}

/** A record that leaves the buffer, with its context. */
export interface BufferedRecord<K, V> {
  readonly key: K;
  readonly value: V;
  readonly context: RecordContext;
}

/**
 * The records of a stream-table join with a grace period that wait for their time. Row key: 0, timestamp (8 bytes), key,
 * a running number (4 bytes), so that records of one key and time are distinct. Row and changelog have the same bytes.
 *
 * Kafka Streams begins to count anew after a restart and may then overwrite a waiting record; here the count goes on.
 *
 * @see KIP-923, `org.apache.kafka.streams.state.internals.RocksDBTimeOrderedKeyValueBuffer`
 */
export class JoinBuffer<K, V> implements StateStore {
  readonly name: string;
  readonly kind = 'joinBuffer';
  readonly isTimestamped = false;
  readonly #rows: RowStore;
  readonly #options: JoinBufferOptions<K, V>;
  #sequence = 0;

  constructor(rows: RowStore, options: JoinBufferOptions<K, V>) {
    this.name = options.name;
    this.#rows = rows;
    this.#options = options;
    for (const row of rows.range(segment, null, null, false)) this.sawRow(row.key);
  }

  /** Keeps a record until its time. */
  put(key: K, value: V, context: RecordContext): void {
    const { key: keySerde, value: valueSerde, topic } = this.#options;
    this.#sequence = (this.#sequence + 1) & maxSequence;
    const keyBytes = keySerde.serialize(key, topic, context.headers);
    const newValue = asBuffer(valueSerde.serialize(value, topic, context.headers));
    const rowKey = Buffer.allocUnsafe(keyAt + keyBytes.length + sequenceSize);
    rowKey[0] = timeFirst;
    writeInt64(rowKey, context.timestamp, timeAt);
    rowKey.set(keyBytes, keyAt);
    rowKey.writeUInt32BE(this.#sequence, rowKey.length - sequenceSize);
    const row = encodeBufferValue({ time: 0, context, priorValue: null, oldValue: null, newValue });
    this.#rows.put(segment, rowKey, row);
  }

  /** Takes out the records up to `timestamp`, the oldest first; `onRecord` is called before each is gone. */
  evictUpTo(timestamp: number, onRecord: (record: BufferedRecord<K, V>) => void): void {
    if (timestamp < 0) return;
    const end = Buffer.alloc(keyAt);
    writeInt64(end, timestamp + 1, timeAt);
    for (const row of this.#rows.range(segment, null, end, false)) {
      onRecord(this.#decoded(row));
      this.#rows.put(segment, row.key, null);
    }
  }

  /** The timestamps of the waiting records, ascending. */
  timestamps(): number[] {
    return Array.from(this.#rows.range(segment, null, null, false), ({ key }) => readInt64(key, timeAt));
  }

  /** A row was found that was written before. */
  sawRow(rowKey: Buffer): void {
    this.#sequence = Math.max(this.#sequence, rowKey.readUInt32BE(rowKey.length - sequenceSize));
  }

  #decoded({ key: rowKey, value: row }: Row): BufferedRecord<K, V> {
    const { key, value, topic } = this.#options;
    const { context, newValue } = decodeBufferValue(row);
    const keyBytes = copyBytes(rowKey.subarray(keyAt, rowKey.length - sequenceSize));
    return {
      key: key.deserialize(keyBytes, topic, context.headers),
      value: value.deserialize(newValue ?? Buffer.alloc(0), topic, context.headers),
      context,
    };
  }
}

/** Opens the buffer of a stream-table join. It has no record cache. */
export const openJoinBuffer = <K, V>(
  shape: Omit<KeyValueShape<K, V>, 'dropsTimestamps'>,
  context: StoreContext,
): OpenStore<JoinBuffer<K, V>> => {
  const { topic, defaults, state } = context;
  const { name } = shape;
  const bottom = new PlainRows(state.open(name));
  const { rows } = layered(bottom, { ...context, cache: null }, { timestamped: false, cacheReads: false });
  const key = resolveSerde(shape.key, defaults, name);
  const store = new JoinBuffer<K, V>(rows, { name, topic, key, value: resolveSerde(shape.value, defaults, name) });
  return {
    store,
    ...cacheControl(null),
    restore: (rowKey, row) => {
      store.sawRow(rowKey);
      bottom.restore(rowKey, row);
    },
  };
};
