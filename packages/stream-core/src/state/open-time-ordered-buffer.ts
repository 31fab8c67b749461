import type { KeyValueShape } from './open-store.ts';
import { resolveSerde } from './open-store.ts';
import { PlainRows } from './plain-rows.ts';
import type { OpenStore, StoreContext } from './state-store.ts';
import { TimeOrderedBuffer } from './time-ordered-buffer.ts';

/** A time-ordered buffer with its serdes to be resolved. */
export type BufferShape<K, V> = Omit<KeyValueShape<K, V>, 'dropsTimestamps'>;

/** Opens the buffer of a suppress. It logs at a commit, where other stores write their record cache through. */
export const openTimeOrderedBuffer = <K, V>(
  shape: BufferShape<K, V>,
  { topic, defaults, state, record, changelog }: StoreContext,
): OpenStore<TimeOrderedBuffer<K, V>> => {
  const { name } = shape;
  const store = new TimeOrderedBuffer<K, V>(new PlainRows(state.open(name)), {
    name,
    topic,
    key: resolveSerde(shape.key, defaults, name),
    value: resolveSerde(shape.value, defaults, name),
    record,
    changelog,
  });
  return {
    store,
    flushCache: () => store.logChanges(),
    clearCache: () => {},
    restore: (key, value) => store.restore(Buffer.from(key), value === null ? null : Buffer.from(value)),
  };
};
