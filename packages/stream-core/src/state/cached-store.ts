/** An update that leaves the record cache. */
interface CacheFlush<V> {
  readonly newValue: V | null;
  /** What was forwarded before; null unless old values were asked for. */
  readonly oldValue: V | null;
  /** Of the record that made the update. */
  readonly timestamp: number;
}

export type CacheFlushListener<K, V> = (key: K, update: CacheFlush<V>) => void;

/** A store that may stand behind the record cache. */
export interface CachedStore<K, V> {
  /** Sets who forwards the updates that leave the cache; false when there is no cache and the caller forwards itself. */
  setFlushListener(listener: CacheFlushListener<K, V>, sendOldValues: boolean): boolean;
}
