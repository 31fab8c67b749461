import type { SerdeDefaults, SerdeSlot } from '../serdes/serde-slot.ts';
import type { JoinBuffer } from './join-buffer.ts';
import { openJoinBuffer } from './join-buffer.ts';
import type { KeyValueStore, TimestampedKeyValueStore } from './key-value-store.ts';
import type { SessionShape } from './open-session-store.ts';
import { openSessionStore } from './open-session-store.ts';
import type { KeyValueShape, OuterJoinShape, WindowShape } from './open-store.ts';
import { openKeyValueStore, openOuterJoinStore, openWindowStore } from './open-store.ts';
import type { BufferShape } from './open-time-ordered-buffer.ts';
import { openTimeOrderedBuffer } from './open-time-ordered-buffer.ts';
import type { VersionedShape } from './open-versioned-store.ts';
import { openVersionedStore } from './open-versioned-store.ts';
import type { OuterJoinStore } from './outer-join-store.ts';
import type { SessionStore } from './session-store.ts';
import type { ChangelogCleanup, StateStore, StoreBuilder } from './state-store.ts';
import type { TimeOrderedBuffer } from './time-ordered-buffer.ts';
import { plainCodec, timestampedCodec } from './value-codec.ts';
import type { VersionedKeyValueStore } from './versioned-key-value-store.ts';
import type { TimestampedWindowStore, WindowStore } from './window-store.ts';

/** How a store is logged and cached, and where it lives. */
export interface StoreTraits {
  readonly persistent: boolean | null;
  readonly logging: boolean;
  readonly caching: boolean;
  readonly changelogConfig: Readonly<Record<string, string>>;
}

const compacted: ChangelogCleanup = { policy: 'compact' };

interface Parts<S extends StateStore> extends Pick<StoreBuilder<S>, 'cleanup' | 'build'> {
  readonly name: string;
  readonly serdes: Readonly<Record<string, SerdeSlot<unknown>>>;
  readonly historyRetentionMs?: number;
}

const builder = <S extends StateStore>(traits: StoreTraits, parts: Parts<S>): StoreBuilder<S> => ({
  name: parts.name,
  persistent: traits.persistent,
  loggingEnabled: traits.logging,
  cachingEnabled: traits.caching,
  changelogConfig: traits.changelogConfig,
  cleanup: parts.cleanup,
  build: parts.build,
  ...(parts.historyRetentionMs === undefined ? {} : { historyRetentionMs: parts.historyRetentionMs }),
  serdes: (defaults: SerdeDefaults) =>
    Object.fromEntries(Object.entries(parts.serdes).map(([part, slot]) => [part, slot(defaults)])),
});

/** Describes a store of one value a key. */
export const keyValueStoreBuilder = <K, V>(
  shape: KeyValueShape<K, V>,
  traits: StoreTraits,
): StoreBuilder<KeyValueStore<K, V>> =>
  builder(traits, {
    name: shape.name,
    serdes: { key: shape.key, value: shape.value },
    cleanup: compacted,
    build: (context) => openKeyValueStore(shape, { timestamped: false, codec: plainCodec<V> }, context),
  });

/** Describes a store of one value with its timestamp a key. */
export const timestampedKeyValueStoreBuilder = <K, V>(
  shape: KeyValueShape<K, V>,
  traits: StoreTraits,
): StoreBuilder<TimestampedKeyValueStore<K, V>> =>
  builder(traits, {
    name: shape.name,
    serdes: { key: shape.key, value: shape.value },
    cleanup: compacted,
    build: (context) => openKeyValueStore(shape, { timestamped: true, codec: timestampedCodec<V> }, context),
  });

const byTime = (retentionMs: number): ChangelogCleanup => ({ policy: 'compact,delete', retentionMs });

/**
 * Describes a store of values by key and window start. Where it retains duplicates no row replaces another, so that
 * there is nothing to compact.
 *
 * @see `org.apache.kafka.streams.state.internals.WindowStoreBuilder`
 */
export const windowStoreBuilder = <K, V>(
  shape: WindowShape<K, V>,
  traits: StoreTraits,
): StoreBuilder<WindowStore<K, V>> =>
  builder(traits, {
    name: shape.name,
    serdes: { key: shape.key, value: shape.value },
    cleanup: shape.retainDuplicates ? { policy: 'delete', retentionMs: shape.retentionMs } : byTime(shape.retentionMs),
    build: (context) => openWindowStore(shape, { timestamped: false, codec: plainCodec<V> }, context),
  });

/** Describes a store of values with their timestamps by key and window start. */
export const timestampedWindowStoreBuilder = <K, V>(
  shape: WindowShape<K, V>,
  traits: StoreTraits,
): StoreBuilder<TimestampedWindowStore<K, V>> =>
  builder(traits, {
    name: shape.name,
    serdes: { key: shape.key, value: shape.value },
    cleanup: byTime(shape.retentionMs),
    build: (context) => openWindowStore(shape, { timestamped: true, codec: timestampedCodec<V> }, context),
  });

/** Describes a store of values by key and session. */
export const sessionStoreBuilder = <K, V>(
  shape: SessionShape<K, V>,
  traits: StoreTraits,
): StoreBuilder<SessionStore<K, V>> =>
  builder(traits, {
    name: shape.name,
    serdes: { key: shape.key, value: shape.value },
    cleanup: byTime(shape.retentionMs),
    build: (context) => openSessionStore(shape, context),
  });

/** Describes a store of versions of values by key. It is never cached. */
export const versionedKeyValueStoreBuilder = <K, V>(
  shape: VersionedShape<K, V>,
  traits: Omit<StoreTraits, 'caching'>,
): StoreBuilder<VersionedKeyValueStore<K, V>> =>
  builder(
    { ...traits, caching: false },
    {
      name: shape.name,
      serdes: { key: shape.key, value: shape.value },
      historyRetentionMs: shape.historyRetentionMs,
      cleanup: { policy: 'compact', minCompactionLagMs: shape.historyRetentionMs },
      build: (context) => openVersionedStore(shape, context),
    },
  );

/** Describes the buffer in which a suppress holds updates back. It is never cached. */
export const timeOrderedBufferBuilder = <K, V>(
  shape: BufferShape<K, V>,
  traits: Omit<StoreTraits, 'caching'>,
): StoreBuilder<TimeOrderedBuffer<K, V>> =>
  builder(
    { ...traits, caching: false },
    {
      name: shape.name,
      serdes: { key: shape.key, value: shape.value },
      cleanup: compacted,
      build: (context) => openTimeOrderedBuffer(shape, context),
    },
  );

/** Describes the store in which a left or outer stream-stream join keeps its unmatched records. */
export const outerJoinStoreBuilder = <K, VLeft, VRight>(
  shape: OuterJoinShape<K, VLeft, VRight>,
  traits: StoreTraits,
): StoreBuilder<OuterJoinStore<K, VLeft, VRight>> =>
  builder(traits, {
    name: shape.name,
    serdes: { key: shape.key, 'left value': shape.left, 'right value': shape.right },
    cleanup: compacted,
    build: (context) => openOuterJoinStore(shape, context),
  });

/** Describes the buffer of a stream-table join with a grace period. */
export const joinBufferBuilder = <K, V>(
  shape: Omit<KeyValueShape<K, V>, 'dropsTimestamps'>,
): StoreBuilder<JoinBuffer<K, V>> =>
  builder(
    { persistent: true, logging: true, caching: false, changelogConfig: {} },
    {
      name: shape.name,
      serdes: { key: shape.key, value: shape.value },
      cleanup: compacted,
      build: (context) => openJoinBuffer(shape, context),
    },
  );
