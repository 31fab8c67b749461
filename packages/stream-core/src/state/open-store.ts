import { int64Bytes, readInt64 } from '../common/bytes.ts';
import type { Serde } from '../serdes/serde.ts';
import type { SerdeDefaults, SerdeSlot } from '../serdes/serde-slot.ts';
import { LruRows } from './lru-rows.ts';
import { OuterJoinStore } from './outer-join-store.ts';
import { PlainRows } from './plain-rows.ts';
import { SegmentedRows } from './segmented-rows.ts';
import type { OpenStore, StoreContext } from './state-store.ts';
import { cacheControl, layered } from './store-layers.ts';
import { TimestampDroppingRows } from './timestamp-dropping-rows.ts';
import { TypedKeyValueStore } from './typed-key-value-store.ts';
import { TypedWindowStore } from './typed-window-store.ts';
import type { ValueCodec } from './value-codec.ts';
import { sequenceOfWindowKey, startOfWindowKey } from './window-key.ts';

/** How the values of a store are kept. */
export interface ValueForm<V, S> {
  readonly timestamped: boolean;
  readonly codec: (serde: Serde<V>, topic: string) => ValueCodec<S>;
}

/** A key-value store with its serdes to be resolved. */
export interface KeyValueShape<K, V> {
  readonly name: string;
  readonly key: SerdeSlot<K>;
  readonly value: SerdeSlot<V>;
  /** Keeps no timestamps although the values of its interface have them. */
  readonly dropsTimestamps?: boolean;
  /** How many keys are kept, those used last. @default all */
  readonly maxEntries?: number;
}

/** A window store with its serdes to be resolved. */
export interface WindowShape<K, V> extends KeyValueShape<K, V> {
  readonly retentionMs: number;
  readonly windowSizeMs: number;
  readonly retainDuplicates: boolean;
  /** Whether closed windows are read from it in the order of time, to be emitted. @default false */
  readonly emitsOnClose?: boolean;
}

/** The store of unmatched records of a join with its serdes to be resolved. */
export interface OuterJoinShape<K, VLeft, VRight> {
  readonly name: string;
  readonly key: SerdeSlot<K>;
  readonly left: SerdeSlot<VLeft>;
  readonly right: SerdeSlot<VRight>;
}

/** The plan has checked that there is a serde; this is the last line of defence. */
export const resolveSerde = <T>(slot: SerdeSlot<T>, defaults: SerdeDefaults, store: string): Serde<T> => {
  const serde = slot(defaults);
  if (serde === null) throw new TypeError(`store ${store} has no serde`);
  return serde;
};

/** Opens a key-value store of a task. */
export const openKeyValueStore = <K, V, S>(
  shape: KeyValueShape<K, V>,
  form: ValueForm<V, S>,
  context: StoreContext,
): OpenStore<TypedKeyValueStore<K, S>> => {
  const { name } = shape;
  const { topic, defaults, state } = context;
  const key = resolveSerde(shape.key, defaults, name);
  const codec = form.codec(resolveSerde(shape.value, defaults, name), topic);
  const plain = new PlainRows(state.open(name));
  const bottom = bottomRows(plain, shape, { isTimestamped: form.timestamped, ...context });
  const { rows, caching } = layered(bottom, context, { timestamped: form.timestamped, cacheReads: true });
  return {
    store: new TypedKeyValueStore(rows, { name, key, topic, codec, caching }),
    ...cacheControl(caching),
    restore: (rowKey, value, timestamp) =>
      bottom.restore(rowKey, value === null ? null : codec.fromChangelog(value, timestamp)),
  };
};

/** The bound of a store that keeps the entries used last. @throws RangeError for a bound that is none */
export const boundedTo = (name: string, maxEntries: number | undefined): { readonly maxEntries?: number } => {
  if (maxEntries === undefined) return {};
  if (Number.isSafeInteger(maxEntries) && maxEntries >= 0) return { maxEntries };
  throw new RangeError(`store ${name}: maxEntries must be an integer of at least 0, not ${maxEntries}`);
};

/** The lowest rows of a key-value store, which keep all of what comes or less. */
const bottomRows = (
  plain: PlainRows,
  { dropsTimestamps = false, maxEntries }: Pick<KeyValueShape<unknown, unknown>, 'dropsTimestamps' | 'maxEntries'>,
  { isTimestamped, state, changelog, record }: StoreContext & { readonly isTimestamped: boolean },
): PlainRows | LruRows | TimestampDroppingRows => {
  if (dropsTimestamps) return new TimestampDroppingRows(plain);
  if (maxEntries === undefined) return plain;
  // Kafka Streams logs what a plain store pushes out, and what one with timestamps does it does not.
  const onEvicted = (key: Buffer): void => {
    if (!isTimestamped) changelog?.append(key, null, record.current.timestamp);
  };
  return new LruRows(plain, { maxEntries, view: state.view, onEvicted });
};

/** Kafka Streams' own cut: it decides how many expired windows and sessions are still kept. */
export const segmentMsOf = (retentionMs: number): number => Math.max(Math.floor(retentionMs / 2), 60_000);

/** Opens a window store of a task. */
export const openWindowStore = <K, V, S>(
  shape: WindowShape<K, V>,
  form: ValueForm<V, S>,
  context: StoreContext,
): OpenStore<TypedWindowStore<K, S>> => {
  const { topic, defaults, state, isPersistent, onExpired } = context;
  const { name, retentionMs, windowSizeMs, retainDuplicates, emitsOnClose = false } = shape;
  const key = resolveSerde(shape.key, defaults, name);
  const codec = form.codec(resolveSerde(shape.value, defaults, name), topic);
  const segmentMs = segmentMsOf(retentionMs);
  const bottom = new SegmentedRows(state, {
    store: name,
    retentionMs,
    segmentMs,
    timeOf: startOfWindowKey,
    retainDuplicates,
    observesNulls: !isPersistent,
    // A database that is ordered by time shows what is exactly as old as the retention: just that is closed.
    showsRetentionEnd: emitsOnClose && isPersistent,
    onExpired,
  });
  const { rows, caching } = layered(bottom, context, { timestamped: form.timestamped, cacheReads: false });
  const store = new TypedWindowStore(rows, {
    name,
    key,
    topic,
    codec,
    windowSizeMs,
    segmentMs,
    retainDuplicates,
    isByTime: emitsOnClose || (!isPersistent && caching === null),
    caching,
  });
  const sequenceNote = `${name}/sequence`;
  const noted = state.note(sequenceNote);
  if (noted !== null) store.sawSequence(readInt64(noted, 0));
  if (retainDuplicates) state.keepNote(sequenceNote, () => int64Bytes(store.sequence));
  return {
    store,
    ...cacheControl(caching),
    restore: (rowKey, value, timestamp) => {
      store.sawSequence(sequenceOfWindowKey(rowKey));
      const segment = Math.floor(startOfWindowKey(rowKey) / segmentMs);
      bottom.restore(segment, rowKey, value === null ? null : codec.fromChangelog(value, timestamp));
    },
  };
};

/** Opens the store of unmatched records of a left or outer stream-stream join. It has no record cache. */
export const openOuterJoinStore = <K, VLeft, VRight>(
  shape: OuterJoinShape<K, VLeft, VRight>,
  context: StoreContext,
): OpenStore<OuterJoinStore<K, VLeft, VRight>> => {
  const { topic, defaults, state } = context;
  const { name } = shape;
  const bottom = new PlainRows(state.open(name));
  const { rows } = layered(bottom, { ...context, cache: null }, { timestamped: false, cacheReads: false });
  return {
    store: new OuterJoinStore(rows, {
      name,
      topic,
      key: resolveSerde(shape.key, defaults, name),
      left: resolveSerde(shape.left, defaults, name),
      right: resolveSerde(shape.right, defaults, name),
    }),
    ...cacheControl(null),
    restore: (rowKey, value) => bottom.restore(rowKey, value),
  };
};
