import { CachingRows } from './caching-rows.ts';
import { ChangeLoggingRows, ChangeLoggingTimestampedRows } from './change-logging-rows.ts';
import type { RowStore } from './row-store.ts';
import type { OpenStore, StoreContext } from './state-store.ts';

/** The rows that a store writes to, and its record cache if it has one. */
export interface Layered {
  readonly rows: RowStore;
  readonly caching: CachingRows | null;
}

/** Puts the layers of a store on its lowest rows: changelog, then record cache. */
export const layered = (
  bottom: RowStore,
  context: StoreContext,
  options: { readonly timestamped: boolean; readonly cacheReads: boolean },
): Layered => {
  const { changelog, record, cache, state } = context;
  const Logging = options.timestamped ? ChangeLoggingTimestampedRows : ChangeLoggingRows;
  const logged = changelog === null ? bottom : new Logging(bottom, changelog, record);
  if (cache === null) return { rows: logged, caching: null };
  const caching = new CachingRows(logged, { cache, record, view: state.view, cacheReads: options.cacheReads });
  return { rows: caching, caching };
};

/** How the task reaches the record cache of a store. */
export const cacheControl = (caching: CachingRows | null): Pick<OpenStore, 'flushCache' | 'clearCache'> => ({
  flushCache: () => caching?.flush(),
  clearCache: () => caching?.clear(),
});
