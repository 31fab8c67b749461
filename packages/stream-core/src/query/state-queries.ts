import type { KeyValue } from '../common/stream-record.ts';
import type { Windowed } from '../common/window.ts';
import type { ReadOnlyKeyValueStore } from '../state/key-value-store.ts';
import type { ReadOnlySessionStore } from '../state/session-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { ValueAndTimestamp } from '../state/value-and-timestamp.ts';
import type { ReadOnlyVersionedKeyValueStore, VersionedRecord } from '../state/versioned-key-value-store.ts';
import type { ReadOnlyWindowStore, WindowValue } from '../state/window-store.ts';

/**
 * A question to the parts of a store, one after the other. Those of `stateQueries` ask what stores of Kafka Streams
 * answer; an object of your own may ask anything that the interface of the store allows.
 *
 * @see KIP-796, `org.apache.kafka.streams.query.Query`
 */
export interface StateQuery<R> {
  /** What messages call it. */
  readonly type: string;
  /**
   * Asks one part of the store. Synchronous; what is returned must not be lazy.
   *
   * @returns the answer, or null when a store of this type has none
   */
  evaluate(store: StateStore): { readonly value: R } | null;
}

/** Keys from `from` to `to`, both included; an end that is left out is open. */
export interface KeyRange<K> {
  readonly from?: K;
  readonly to?: K;
  /** The order of the serialised keys within a partition; `any` promises none. @default 'any' */
  readonly order?: QueryOrder;
}

/** Times in epoch ms, both included. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Which versions, epoch ms; an end that is left out is open. */
export interface VersionRange {
  readonly from?: number;
  readonly to?: number;
  /** By time; `any` promises none. @default 'any' */
  readonly order?: QueryOrder;
}

/** @see `org.apache.kafka.streams.query.ResultOrder` */
export type QueryOrder = 'any' | 'ascending' | 'descending';

type KeyValuePart<K> = ReadOnlyKeyValueStore<K, unknown>;

const query = <S extends StateStore, R>(
  type: string,
  kind: S['kind'],
  ask: (store: S) => R | undefined,
): StateQuery<R> => ({
  type,
  evaluate: (store) => {
    const value = store.kind === kind ? ask(store as S) : undefined;
    return value === undefined ? null : { value };
  },
});

const plain = <V>(store: StateStore, found: unknown): V =>
  store.isTimestamped ? (found as ValueAndTimestamp<V>).value : (found as V);

const rangeOf = <K>(part: KeyValuePart<K>, { from, to, order }: KeyRange<K>) => {
  const [lower, upper] = [from ?? null, to ?? null];
  return order === 'descending' ? part.reverseRange(lower, upper) : part.range(lower, upper);
};

const key = <K, V>(of: K): StateQuery<V | null> =>
  query('key', 'keyValue', (part: KeyValuePart<K>) => {
    const found = part.get(of);
    return found === null ? null : plain<V>(part, found);
  });

const timestampedKey = <K, V>(of: K): StateQuery<ValueAndTimestamp<V> | null> =>
  query('timestampedKey', 'keyValue', (part: KeyValuePart<K>) =>
    part.isTimestamped ? (part.get(of) as ValueAndTimestamp<V> | null) : undefined,
  );

const range = <K, V>(keys: KeyRange<K> = {}): StateQuery<readonly KeyValue<K, V>[]> =>
  query('range', 'keyValue', (part: KeyValuePart<K>) => [
    ...rangeOf(part, keys).map((row) => ({ key: row.key, value: plain<V>(part, row.value) })),
  ]);

const timestampedRange = <K, V>(keys: KeyRange<K> = {}): StateQuery<readonly KeyValue<K, ValueAndTimestamp<V>>[]> =>
  query('timestampedRange', 'keyValue', (part: KeyValuePart<K>) =>
    part.isTimestamped ? ([...rangeOf(part, keys)] as KeyValue<K, ValueAndTimestamp<V>>[]) : undefined,
  );

const windowKey = <K, V>(of: K, { from, to }: TimeRange): StateQuery<readonly WindowValue<V>[]> =>
  query('windowKey', 'window', (part: ReadOnlyWindowStore<K, V>) => [...part.fetch(of, from, to)]);

const windowRange = <K, V>({ from, to }: TimeRange): StateQuery<readonly KeyValue<Windowed<K>, V>[]> =>
  query('windowRange', 'window', (part: ReadOnlyWindowStore<K, V>) => [...part.fetchAll(from, to)]);

const windowRangeOfKey = <K, V>(of: K): StateQuery<readonly KeyValue<Windowed<K>, V>[]> =>
  query('windowRangeOfKey', 'session', (part: ReadOnlySessionStore<K, V>) => [...part.fetch(of)]);

const versionedKey = <K, V>(of: K, { asOf }: { readonly asOf?: number } = {}): StateQuery<VersionedRecord<V> | null> =>
  query('versionedKey', 'versionedKeyValue', (part: ReadOnlyVersionedKeyValueStore<K, V>) =>
    asOf === undefined ? part.get(of) : part.get(of, asOf),
  );

const multiVersionedKey = <K, V>(of: K, times: VersionRange = {}): StateQuery<readonly VersionedRecord<V>[]> => {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, order } = times;
  if (from > to) throw new RangeError(`a time range must not end before it begins: from ${from} to ${to}`);
  return query('multiVersionedKey', 'versionedKeyValue', (part: ReadOnlyVersionedKeyValueStore<K, V>) => {
    const versions = part.versions(of, from, to);
    return order === 'ascending' ? versions : versions.toReversed();
  });
};

interface StateQueries {
  /** The value of a key, or null; of a store that keeps timestamps, without them. @see `KeyQuery` */
  key<K, V>(key: K): StateQuery<V | null>;
  /** The value of a key with its timestamp, or null. @see KIP-992, `TimestampedKeyQuery` */
  timestampedKey<K, V>(key: K): StateQuery<ValueAndTimestamp<V> | null>;
  /** The entries of a range of keys; of a store that keeps timestamps, without them. @see KIP-805, KIP-985, `RangeQuery` */
  range<K, V>(keys?: KeyRange<K>): StateQuery<readonly KeyValue<K, V>[]>;
  /** The entries of a range of keys with their timestamps. @see KIP-992, `TimestampedRangeQuery` */
  timestampedRange<K, V>(keys?: KeyRange<K>): StateQuery<readonly KeyValue<K, ValueAndTimestamp<V>>[]>;
  /**
   * The windows of a key that start in a time, oldest first. What they hold is as the store has it: with timestamps
   * where it keeps them.
   *
   * @see KIP-806, `WindowKeyQuery`
   */
  windowKey<K, V>(key: K, starts: TimeRange): StateQuery<readonly WindowValue<V>[]>;
  /** The windows of all keys that start in a time. @see KIP-806, `WindowRangeQuery.withWindowStartRange` */
  windowRange<K, V>(starts: TimeRange): StateQuery<readonly KeyValue<Windowed<K>, V>[]>;
  /** The sessions of a key, by their end. @see KIP-806, `WindowRangeQuery.withKey` */
  windowRangeOfKey<K, V>(key: K): StateQuery<readonly KeyValue<Windowed<K>, V>[]>;
  /** The latest version of a key, or the one that was valid at `asOf`, or null. @see KIP-960, `VersionedKeyQuery` */
  versionedKey<K, V>(key: K, options?: { readonly asOf?: number }): StateQuery<VersionedRecord<V> | null>;
  /**
   * The versions of a key that were valid at any moment of a time; deletions are not among them. What lies back further
   * than the history retention may be gone.
   *
   * @throws RangeError when `from` lies behind `to`
   * @see KIP-968, KIP-969, `MultiVersionedKeyQuery`
   */
  multiVersionedKey<K, V>(key: K, times?: VersionRange): StateQuery<readonly VersionedRecord<V>[]>;
}

/** The types of queries that Kafka Streams has. A store of another type says UNKNOWN_QUERY_TYPE. */
export const stateQueries: StateQueries = {
  key,
  timestampedKey,
  range,
  timestampedRange,
  windowKey,
  windowRange,
  windowRangeOfKey,
  versionedKey,
  multiVersionedKey,
};
