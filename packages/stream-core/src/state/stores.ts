import { toMs } from '../common/duration.ts';
import { defaultKey, defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { KeyValueStore, TimestampedKeyValueStore } from './key-value-store.ts';
import type { SessionShape } from './open-session-store.ts';
import type { KeyValueShape, WindowShape } from './open-store.ts';
import { boundedTo } from './open-store.ts';
import type { VersionedShape } from './open-versioned-store.ts';
import type { SessionStore } from './session-store.ts';
import type { StoreBuilder } from './state-store.ts';
import type { StoreTraits } from './store-builders.ts';
import {
  keyValueStoreBuilder,
  sessionStoreBuilder,
  timestampedKeyValueStoreBuilder,
  timestampedWindowStoreBuilder,
  versionedKeyValueStoreBuilder,
  windowStoreBuilder,
} from './store-builders.ts';
import type {
  KeyValueStoreOptions,
  SessionStoreOptions,
  StoreOptions,
  VersionedKeyValueStoreOptions,
  WindowStoreOptions,
} from './store-options.ts';
import type { VersionedKeyValueStore } from './versioned-key-value-store.ts';
import type { TimestampedWindowStore, WindowStore } from './window-store.ts';

const traitsOf = (options: StoreOptions & { readonly maxEntries?: number }): StoreTraits => ({
  persistent: options.maxEntries === undefined ? (options.persistent ?? true) : false,
  logging: options.logging ?? true,
  caching: options.caching ?? false,
  changelogConfig: options.changelogConfig ?? {},
});

const keyValueShape = <K, V>({ name, key, value, maxEntries }: KeyValueStoreOptions<K, V>): KeyValueShape<K, V> => ({
  name,
  key: slotOf<K>(key, defaultKey),
  value: slotOf<V>(value, defaultValue),
  ...boundedTo(name, maxEntries),
});

const windowShape = <K, V>(options: WindowStoreOptions<K, V>): WindowShape<K, V> => {
  const { name, retention, windowSize, retainDuplicates = false } = options;
  const retentionMs = toMs(retention, `retention of store ${name}`);
  const windowSizeMs = toMs(windowSize, `window size of store ${name}`);
  if (windowSizeMs > retentionMs) {
    throw new RangeError(
      `store ${name}: the retention (${retentionMs} ms) is below the window size (${windowSizeMs} ms)`,
    );
  }
  return { ...keyValueShape(options), retentionMs, windowSizeMs, retainDuplicates };
};

const sessionShape = <K, V>(options: SessionStoreOptions<K, V>): SessionShape<K, V> => ({
  ...keyValueShape(options),
  retentionMs: toMs(options.retention, `retention of store ${options.name}`),
});

const versionedShape = <K, V>(options: VersionedKeyValueStoreOptions<K, V>): VersionedShape<K, V> => {
  const { name, historyRetention, segmentInterval } = options;
  const historyRetentionMs = toMs(historyRetention, `history retention of store ${name}`);
  const segmentMs = segmentInterval === undefined ? null : toMs(segmentInterval, `segment interval of store ${name}`);
  if (segmentMs === 0) throw new RangeError(`store ${name}: the segment interval must not be 0`);
  return { ...keyValueShape(options), historyRetentionMs, segmentMs };
};

interface Stores {
  /** A store of one value a key. @throws RangeError when `maxEntries` is no number of entries */
  keyValueStore<K, V>(options: KeyValueStoreOptions<K, V>): StoreBuilder<KeyValueStore<K, V>>;
  /** A store of one value with its timestamp a key: what tables are kept in. */
  timestampedKeyValueStore<K, V>(options: KeyValueStoreOptions<K, V>): StoreBuilder<TimestampedKeyValueStore<K, V>>;
  /** A store of values by key and window start. @throws RangeError when the retention is below the window size */
  windowStore<K, V>(options: WindowStoreOptions<K, V>): StoreBuilder<WindowStore<K, V>>;
  /** A window store that keeps the timestamp of each value. */
  timestampedWindowStore<K, V>(options: WindowStoreOptions<K, V>): StoreBuilder<TimestampedWindowStore<K, V>>;
  /** A store of values by key and session. */
  sessionStore<K, V>(options: SessionStoreOptions<K, V>): StoreBuilder<SessionStore<K, V>>;
  /** A store of the versions of values by key. @throws RangeError when the segment interval is 0 */
  versionedKeyValueStore<K, V>(
    options: VersionedKeyValueStoreOptions<K, V>,
  ): StoreBuilder<VersionedKeyValueStore<K, V>>;
}

/** Describes state stores for the Processor API. @see `org.apache.kafka.streams.state.Stores` */
export const stores: Stores = {
  keyValueStore: (options) => keyValueStoreBuilder(keyValueShape(options), traitsOf(options)),
  timestampedKeyValueStore: (options) => timestampedKeyValueStoreBuilder(keyValueShape(options), traitsOf(options)),
  windowStore: (options) => windowStoreBuilder(windowShape(options), traitsOf(options)),
  timestampedWindowStore: (options) => timestampedWindowStoreBuilder(windowShape(options), traitsOf(options)),
  sessionStore: (options) => sessionStoreBuilder(sessionShape(options), traitsOf(options)),
  versionedKeyValueStore: (options) => versionedKeyValueStoreBuilder(versionedShape(options), traitsOf(options)),
};
