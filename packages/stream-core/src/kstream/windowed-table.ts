import { toMs } from '../common/duration.ts';
import type { Windowed } from '../common/window.ts';
import { mapSlot } from '../serdes/serde-slot.ts';
import { sessionWindowedSerde, timeWindowedSerde } from '../serdes/windowed.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import { sessionStoreBuilder, timestampedWindowStoreBuilder } from '../state/store-builders.ts';
import type { TableSerdes } from './materialize.ts';
import { isVersionedTable, traitsOf, unversionable } from './materialize.ts';
import type { WindowedOptions } from './operators/final-results.ts';
import type { SessionAggregation } from './operators/session-aggregate.ts';
import { SessionAggregate } from './operators/session-aggregate.ts';
import { SlidingAggregate } from './operators/sliding-aggregate.ts';
import type { Aggregation } from './operators/stream-aggregate.ts';
import type { TableOperator } from './operators/table-operator.ts';
import { WindowAggregate } from './operators/window-aggregate.ts';
import type { Materialized } from './options/materialized.ts';
import type { EmitStrategy } from './windows/emit-strategy.ts';
import type { SessionWindows } from './windows/session-windows.ts';
import type { SlidingWindows } from './windows/sliding-windows.ts';
import type { UnlimitedWindows } from './windows/unlimited-windows.ts';
import { unlimitedMs } from './windows/unlimited-windows.ts';
import type { TimeWindows } from './windows/windows.ts';

/** Windows whose place in time does not depend on the records of others, but for sliding ones. */
export type FixedWindows = TimeWindows | SlidingWindows | UnlimitedWindows;

/** How long windows stay open behind their end. A session ends with its last record, and the gap is part of this. */
export const openForMs = (windows: FixedWindows | SessionWindows): number => {
  switch (windows.kind) {
    case 'session':
      return windows.graceMs + windows.inactivityGapMs;
    case 'unlimited':
      return 0;
    default:
      return windows.graceMs;
  }
};

/** What the store of a windowed table is made of. */
export interface WindowedStoreParts<K, VA, W> {
  readonly name: string;
  readonly materialized: Materialized<K, VA> | undefined;
  readonly serdes: TableSerdes<K, VA>;
  readonly windows: W;
  readonly emit: EmitStrategy;
}

/** How long windows are, and how long the store must keep them at least. */
const spanOf = (windows: FixedWindows): { readonly sizeMs: number; readonly neededMs: number; readonly of: string } => {
  switch (windows.kind) {
    case 'time':
      return {
        sizeMs: windows.sizeMs,
        neededMs: windows.sizeMs + windows.graceMs,
        of: 'window size and grace together',
      };
    case 'sliding': {
      // The window before the one before a record may have to be read.
      const neededMs = 2 * windows.timeDifferenceMs + windows.graceMs;
      return { sizeMs: windows.timeDifferenceMs, neededMs, of: 'twice the time difference and the grace together' };
    }
    case 'unlimited':
      return { sizeMs: unlimitedMs, neededMs: unlimitedMs, of: 'the unlimited window' };
  }
};

const retentionOf = (
  name: string,
  materialized: Materialized<unknown, unknown> | undefined,
  needed: { readonly neededMs: number; readonly of: string },
): number => {
  if (isVersionedTable(materialized)) throw unversionable(`store ${name}`, 'a windowed table');
  const { neededMs, of } = needed;
  const retentionMs = materialized?.retention === undefined ? neededMs : toMs(materialized.retention, 'retention');
  if (retentionMs >= neededMs) return retentionMs;
  throw new RangeError(`store ${name}: a retention of ${retentionMs} ms is shorter than ${of} (${neededMs} ms)`);
};

/**
 * The store of a table over time, sliding or unlimited windows.
 *
 * @throws RangeError when the retention is shorter than a window with its grace
 */
export const windowTableStore = <K, VA>(parts: WindowedStoreParts<K, VA, FixedWindows>): StoreBuilder => {
  const { name, materialized, serdes, windows, emit } = parts;
  const span = spanOf(windows);
  const retentionMs = retentionOf(name, materialized, span);
  const emitsOnClose = emit === 'onWindowClose';
  const traits = traitsOf(materialized);
  const shape = { name, ...serdes, retentionMs, windowSizeMs: span.sizeMs, retainDuplicates: false, emitsOnClose };
  // Only time windows stay behind the record cache when they are emitted on their close.
  const caching = traits.caching && (windows.kind === 'time' || !emitsOnClose);
  return timestampedWindowStoreBuilder(shape, { ...traits, caching });
};

/**
 * The store of a table over sessions.
 *
 * @throws RangeError when the retention is shorter than gap and grace together
 */
export const sessionTableStore = <K, VA>(parts: WindowedStoreParts<K, VA, SessionWindows>): StoreBuilder => {
  const { name, materialized, serdes, windows, emit } = parts;
  const neededMs = windows.inactivityGapMs + windows.graceMs;
  const retentionMs = retentionOf(name, materialized, { neededMs, of: 'inactivity gap and grace together' });
  const emitsOnClose = emit === 'onWindowClose';
  const traits = traitsOf(materialized);
  const caching = traits.caching && !emitsOnClose;
  return sessionStoreBuilder({ name, ...serdes, retentionMs, emitsOnClose }, { ...traits, caching });
};

/** The serdes of a table over time, sliding or unlimited windows, from those of its store. */
export const windowTableSerdes = <K, VA>(
  { key, value }: TableSerdes<K, VA>,
  windows: FixedWindows,
): TableSerdes<Windowed<K>, VA> => ({
  key: mapSlot(key, (serde) => timeWindowedSerde(serde, spanOf(windows).sizeMs)),
  value,
});

/** The serdes of a table over sessions, from those of its store. */
export const sessionTableSerdes = <K, VA>({ key, value }: TableSerdes<K, VA>): TableSerdes<Windowed<K>, VA> => ({
  key: mapSlot(key, sessionWindowedSerde),
  value,
});

/** The operator of a table over time, sliding or unlimited windows. */
export const windowAggregate = <K, V, VA>(
  store: StoreBuilder,
  how: Aggregation<K, V, VA>,
  { windows, ...others }: WindowedOptions<FixedWindows>,
): TableOperator<Windowed<K>, VA, V> =>
  windows.kind === 'sliding'
    ? new SlidingAggregate(store, how, { windows, ...others })
    : new WindowAggregate(store, how, { windows, ...others });

/** The operator of a table over sessions. */
export const sessionAggregate = <K, V, VA>(
  store: StoreBuilder,
  how: SessionAggregation<K, V, VA>,
  options: WindowedOptions<SessionWindows>,
): TableOperator<Windowed<K>, VA, V> => new SessionAggregate(store, how, options);
