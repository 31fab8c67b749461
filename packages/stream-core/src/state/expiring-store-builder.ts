import { assert } from '../common/assert.ts';
import type { StoreBuilder } from './state-store.ts';
import { TypedKeyValueStore } from './typed-key-value-store.ts';

/** A key-value store with timestamps whose rows expire. The operator of its table takes out what has. */
export const expiringStoreBuilder = (builder: StoreBuilder, ttlMs: number): StoreBuilder => ({
  ...builder,
  ttlMs,
  build: (context) => {
    const open = builder.build(context);
    assert(open.store instanceof TypedKeyValueStore && open.store.isTimestamped, 'rows that expire have timestamps');
    open.store.expireAfter(ttlMs);
    return open;
  },
});
