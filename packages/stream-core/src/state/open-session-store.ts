import type { KeyValueShape } from './open-store.ts';
import { resolveSerde, segmentMsOf } from './open-store.ts';
import type { Row } from './row-store.ts';
import { endOfSessionKey } from './session-key.ts';
import { SessionRows } from './session-rows.ts';
import type { OpenStore, StoreContext } from './state-store.ts';
import { cacheControl, layered } from './store-layers.ts';
import { TypedSessionStore } from './typed-session-store.ts';
import { plainCodec } from './value-codec.ts';

/** A session store with its serdes to be resolved. */
export interface SessionShape<K, V> extends Omit<KeyValueShape<K, V>, 'dropsTimestamps'> {
  readonly retentionMs: number;
  /** Whether closed sessions are read from it by their end, to be emitted. @default false */
  readonly emitsOnClose?: boolean;
}

/** Opens a session store of a task. */
export const openSessionStore = <K, V>(
  shape: SessionShape<K, V>,
  context: StoreContext,
): OpenStore<TypedSessionStore<K, V>> => {
  const { topic, defaults, state, isPersistent, onExpired, changelog, record } = context;
  const { name, retentionMs, emitsOnClose = false } = shape;
  const segmentMs = segmentMsOf(retentionMs);
  const bottom = new SessionRows(state, { store: name, retentionMs, segmentMs, isPersistent, onExpired });
  const { rows, caching } = layered(bottom, context, { timestamped: false, cacheReads: false });
  // To the cache a removal is a write of null; without it the layers below tell the two apart.
  const remove = (segment: number, key: Buffer): void => {
    if (caching !== null) {
      caching.put(segment, key, null);
      return;
    }
    bottom.remove(segment, key);
    changelog?.append(key, null, record.current.timestamp);
  };
  // Kafka Streams has no record cache over a store in which sessions are looked for by their end. Its store in memory
  // shows none that is closed, so that none is ever emitted: here it does.
  const showsExpired = (isPersistent || emitsOnClose) && caching === null;
  const endingIn = (segment: number): Iterable<Row> =>
    showsExpired ? bottom.allOf(segment) : rows.range(segment, null, null, false);
  const store = new TypedSessionStore(rows, {
    name,
    key: resolveSerde(shape.key, defaults, name),
    topic,
    codec: plainCodec(resolveSerde(shape.value, defaults, name), topic),
    segmentMs,
    isByEnd: !isPersistent,
    endingIn,
    remove,
    caching,
  });
  return {
    store,
    ...cacheControl(caching),
    restore: (rowKey, value) => bottom.restore(Math.floor(endOfSessionKey(rowKey) / segmentMs), rowKey, value),
  };
};
