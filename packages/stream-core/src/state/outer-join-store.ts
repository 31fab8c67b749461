import { asBuffer, readInt64, writeInt64 } from '../common/bytes.ts';
import { noHeaders } from '../common/headers.ts';
import type { Serde } from '../serdes/serde.ts';
import type { StoreIterator } from './key-value-store.ts';
import { decodeList, encodeList } from './list-codec.ts';
import type { RowStore } from './row-store.ts';
import type { StateStore } from './state-store.ts';

const segment = 0;
const keyPrefix = 9;

/** Which input of a stream-stream join a record came from. */
export type JoinSide = 'left' | 'right';

/** A record of one side that has not met a partner yet. Only the value of its own side is there. */
export interface JoinRecord<K, VLeft, VRight> {
  readonly side: JoinSide;
  readonly key: K;
  readonly timestamp: number;
  readonly left: VLeft | null;
  readonly right: VRight | null;
}

/** A waiting record as the store returns it. */
export interface UnmatchedRecord<K, VLeft, VRight> extends JoinRecord<K, VLeft, VRight> {
  /** The row that it lies in, together with all records of its key, side and time. */
  readonly row: Buffer;
}

export interface OuterJoinStoreOptions<K, VLeft, VRight> {
  readonly name: string;
  readonly topic: string;
  readonly key: Serde<K>;
  readonly left: Serde<VLeft>;
  readonly right: Serde<VRight>;
}

/**
 * The records of a left or outer stream-stream join that wait for a partner, by time. Row: timestamp (8 bytes), side
 * (1 = left), key; its value is a list, since records of one key, side and time are distinct.
 *
 * @see `TimestampedKeyAndJoinSideSerializer`, `LeftOrRightValueSerializer`, `ListValueStore`
 */
export class OuterJoinStore<K, VLeft, VRight> implements StateStore {
  readonly name: string;
  readonly kind = 'outerJoin';
  readonly isTimestamped = false;
  readonly #rows: RowStore;
  readonly #options: OuterJoinStoreOptions<K, VLeft, VRight>;

  constructor(rows: RowStore, options: OuterJoinStoreOptions<K, VLeft, VRight>) {
    this.name = options.name;
    this.#rows = rows;
    this.#options = options;
  }

  /** Keeps a record until a partner comes or its window closes. */
  add(record: JoinRecord<K, VLeft, VRight>): void {
    const rowKey = this.#rowKey(record.side, record.key, record.timestamp);
    const existing = this.#rows.get(segment, rowKey);
    const values = existing === null ? [] : decodeList(existing);
    values.push(this.#encodeValue(record));
    this.#rows.put(segment, rowKey, encodeList(values));
  }

  /** Forgets the records of that side, key and time, if there are any: they have met a partner. */
  removeIfPresent(side: JoinSide, key: K, timestamp: number): void {
    const rowKey = this.#rowKey(side, key, timestamp);
    if (this.#rows.get(segment, rowKey) !== null) this.#rows.put(segment, rowKey, null);
  }

  /** Forgets the records of a row. */
  removeRow(row: Buffer): void {
    this.#rows.put(segment, row, null);
  }

  /** All waiting records, oldest first. */
  all(): StoreIterator<UnmatchedRecord<K, VLeft, VRight>> {
    return this.#records(this.#rows.range(segment, null, null, false));
  }

  /** The time of the oldest waiting record; null when none waits. */
  minTimestamp(): number | null {
    for (const row of this.#rows.range(segment, null, null, false)) return readInt64(row.key, 0);
    return null;
  }

  *#records(rows: ReturnType<RowStore['range']>): Generator<UnmatchedRecord<K, VLeft, VRight>, void, undefined> {
    const { key: serde, topic, left, right } = this.#options;
    for (const row of rows) {
      const timestamp = readInt64(row.key, 0);
      const side = row.key[8] === 1 ? 'left' : 'right';
      const key = serde.deserialize(row.key.subarray(keyPrefix), topic, noHeaders);
      for (const value of decodeList(row.value)) {
        const isLeft = value[0] === 1;
        const bytes = value.subarray(1);
        yield {
          row: row.key,
          side,
          key,
          timestamp,
          left: isLeft ? left.deserialize(bytes, topic, noHeaders) : null,
          right: isLeft ? null : right.deserialize(bytes, topic, noHeaders),
        };
      }
    }
  }

  #rowKey(side: JoinSide, key: K, timestamp: number): Buffer {
    const keyBytes = this.#options.key.serialize(key, this.#options.topic, noHeaders);
    const bytes = Buffer.allocUnsafe(keyPrefix + keyBytes.length);
    writeInt64(bytes, timestamp, 0);
    bytes[8] = side === 'left' ? 1 : 0;
    bytes.set(keyBytes, keyPrefix);
    return bytes;
  }

  #encodeValue(record: JoinRecord<K, VLeft, VRight>): Buffer {
    const { topic, left, right } = this.#options;
    const isLeft = record.left !== null;
    const bytes = isLeft
      ? left.serialize(record.left as VLeft, topic, noHeaders)
      : right.serialize(record.right as VRight, topic, noHeaders);
    return Buffer.concat([Buffer.from([isLeft ? 1 : 0]), asBuffer(bytes)]);
  }
}
