import type { Windowed } from '../../common/window.ts';
import type { OperatorSupplier } from '../../processor/operator.ts';
import type { CachedStore } from '../../state/cached-store.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { ValueAndTimestamp } from '../../state/value-and-timestamp.ts';
import type { TimestampedWindowStore } from '../../state/window-store.ts';
import type { TimeWindows } from '../windows/windows.ts';
import { timeWindowAt, windowStartsFor } from '../windows/windows.ts';
import type { Change } from './change.ts';
import type { Aggregation } from './stream-aggregate.ts';
import type { TableGetter, TableOperator, TableView } from './table-operator.ts';
import { stamped, tableForwarder } from './table-store.ts';

type WindowTableStore<K, VA> = TimestampedWindowStore<K, VA> & CachedStore<Windowed<K>, ValueAndTimestamp<VA>>;

/**
 * One aggregate a key and time window. A window takes records until the operator's own stream time is `grace` past its
 * end.
 *
 * @see `KStreamWindowAggregate`
 */
export class WindowAggregate<K, V, VA> implements TableOperator<Windowed<K>, VA, V> {
  readonly #store: StoreBuilder;
  readonly #windows: TimeWindows;
  readonly #aggregation: Aggregation<K, V, VA>;
  #sendOldValues = false;

  constructor(store: StoreBuilder, windows: TimeWindows, how: Aggregation<K, V, VA>) {
    this.#store = store;
    this.#windows = windows;
    this.#aggregation = how;
  }

  // The keys that come in are not those that go out, which the interface of tables cannot say.
  readonly operator: OperatorSupplier<never, V, Windowed<K>, Change<VA>> = (context) => {
    const windows = this.#windows;
    const { initializer, aggregator } = this.#aggregation;
    const store = context.store<WindowTableStore<K, VA>>(this.#store.name);
    const forward = tableForwarder(store, context, this.#sendOldValues);
    const time = context.operatorTime(this.#store.name);
    return {
      process: (key: K, value, timestamp) => {
        if (key === null) {
          context.drop('null_key');
          return;
        }
        const closeTime = time.advance(timestamp) - windows.graceMs;
        for (const start of windowStartsFor(windows, timestamp)) {
          if (start + windows.sizeMs <= closeTime) {
            context.drop('expired_window');
            continue;
          }
          const found = store.fetch(key, start);
          const oldValue = found === null ? initializer() : found.value;
          const newTimestamp = found === null ? timestamp : Math.max(timestamp, found.timestamp);
          const newValue = aggregator(key, value, oldValue);
          store.put(key, stamped(newValue, newTimestamp), start);
          forward({ key, window: timeWindowAt(windows, start) }, { newValue, oldValue, isLatest: true }, newTimestamp);
        }
      },
      advanceTime: (timestamp) => {
        time.advance(timestamp);
      },
    };
  };

  stores(): readonly StoreBuilder[] {
    return [this.#store];
  }

  view(): TableView<Windowed<K>, VA> {
    const name = this.#store.name;
    return {
      storeNames: [name],
      open: (context): TableGetter<Windowed<K>, VA> => {
        const store = context.store<WindowTableStore<K, VA>>(name);
        return { get: ({ key, window }) => store.fetch(key, window.start) };
      },
    };
  }

  enableSendingOldValues(): boolean {
    this.#sendOldValues = true;
    return true;
  }
}
