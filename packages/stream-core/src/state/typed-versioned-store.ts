import { asBuffer } from '../common/bytes.ts';
import { noHeaders } from '../common/headers.ts';
import type { Serde } from '../serdes/serde.ts';
import type { Changelog } from './change-logging-rows.ts';
import type { FoundVersion, VersionRows } from './version-rows.ts';
import type { VersionedKeyValueStore, VersionedRecord } from './versioned-key-value-store.ts';
import { putReturnCodes } from './versioned-key-value-store.ts';

export interface TypedVersionedStoreOptions<K, V> {
  readonly name: string;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  readonly topic: string;
  /** Null for a store that is not logged. */
  readonly changelog: Changelog | null;
  /** Called for each write that is too old to be kept. */
  readonly onExpired: () => void;
}

/**
 * A versioned key-value store over versions in bytes. Its changelog gets every put, also one that was too old, with the
 * timestamp of the version; the log of a key is its history in the order in which it came.
 *
 * @see `org.apache.kafka.streams.state.internals.MeteredVersionedKeyValueStore`, `ChangeLoggingVersionedKeyValueBytesStore`
 */
export class TypedVersionedStore<K, V> implements VersionedKeyValueStore<K, V> {
  readonly name: string;
  readonly kind = 'versionedKeyValue';
  readonly isTimestamped = true;
  readonly #rows: VersionRows;
  readonly #options: TypedVersionedStoreOptions<K, V>;

  constructor(rows: VersionRows, options: TypedVersionedStoreOptions<K, V>) {
    this.name = options.name;
    this.#rows = rows;
    this.#options = options;
  }

  put(key: K, value: V | null, timestamp: number): number {
    const { value: serde, topic } = this.#options;
    const bytes = value === null ? null : asBuffer(serde.serialize(value, topic, noHeaders));
    return this.#put(this.#keyBytes(key), bytes, timestamp);
  }

  delete(key: K, timestamp: number): VersionedRecord<V> | null {
    const keyBytes = this.#keyBytes(key);
    const existing = this.#rows.isExpired(timestamp) ? null : this.#rows.getAsOf(keyBytes, timestamp);
    this.#put(keyBytes, null, timestamp);
    return this.#decoded(existing);
  }

  get(key: K, asOfTimestamp?: number): VersionedRecord<V> | null {
    const keyBytes = this.#keyBytes(key);
    return this.#decoded(
      asOfTimestamp === undefined ? this.#rows.get(keyBytes) : this.#rows.getAsOf(keyBytes, asOfTimestamp),
    );
  }

  versions(key: K, from: number, to: number): readonly VersionedRecord<V>[] {
    const { value: serde, topic } = this.#options;
    return this.#rows
      .versions(this.#keyBytes(key), from, to)
      .map((found) => ({ ...found, value: serde.deserialize(found.value, topic, noHeaders) }));
  }

  #put(key: Buffer, value: Buffer | null, timestamp: number): number {
    const { changelog, onExpired } = this.#options;
    const validTo = this.#rows.put(key, value, timestamp);
    if (validTo === putReturnCodes.notPut) onExpired();
    changelog?.append(key, value, timestamp);
    return validTo;
  }

  #decoded(found: FoundVersion | null): VersionedRecord<V> | null {
    if (found === null) return null;
    const { value: serde, topic } = this.#options;
    return { ...found, value: serde.deserialize(found.value, topic, noHeaders) };
  }

  #keyBytes(key: K): Buffer {
    if (key === null || key === undefined) throw new TypeError(`store ${this.name}: a key must not be null`);
    return asBuffer(this.#options.key.serialize(key, this.#options.topic, noHeaders));
  }
}
