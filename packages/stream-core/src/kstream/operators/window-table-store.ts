import type { Windowed } from '../../common/window.ts';
import type { OperatorContext } from '../../processor/operator.ts';
import type { CachedStore } from '../../state/cached-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { TimestampedWindowStore } from '../../state/window-store.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { Change } from './change.ts';
import type { EmitRange } from './final-results.ts';
import type { TableView } from './table-operator.ts';
import type { TableForwarder } from './table-store.ts';
import { tableForwarder } from './table-store.ts';

/** The store of a windowed table, as an operator writes it. */
export type WindowTableStore<K, VA> = TimestampedWindowStore<K, VA> & CachedStore<Windowed<K>, ValueAndTimestamp<VA>>;

/** How the updates of windows go on: at once, when they leave the record cache, or never where only closes count. */
export const windowForwarder = <K, VA>(
  store: WindowTableStore<K, VA>,
  context: OperatorContext<Windowed<K>, Change<VA>>,
  { emit, sendOldValues }: { readonly emit: EmitStrategy; readonly sendOldValues: boolean },
): TableForwarder<Windowed<K>, VA> =>
  emit === 'onWindowClose' ? () => undefined : tableForwarder(store, context, sendOldValues);

/** Forwards the results of windows by their starts. */
export const emitWindows =
  <K, VA>(store: WindowTableStore<K, VA>, context: OperatorContext<Windowed<K>, Change<VA>>) =>
  ({ from, to }: EmitRange): void => {
    for (const { key, value } of [...store.fetchAll(from, to)])
      context.forward(key, { newValue: value.value, oldValue: null, isLatest: true }, value.timestamp);
  };

/** Lookups in the store of a windowed table. */
export const windowStoreView = <K, VA>(name: string): TableView<Windowed<K>, VA> => ({
  storeNames: [name],
  open: (context) => {
    const store = context.store<TimestampedWindowStore<K, VA>>(name);
    return { get: ({ key, window }) => store.fetch(key, window.start) };
  },
});
