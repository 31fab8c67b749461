import type { Windowed } from '../../common/window.ts';
import type { OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { UnlimitedWindows } from '../windows/unlimited-windows.ts';
import { unlimitedMs, unlimitedWindowAt } from '../windows/unlimited-windows.ts';
import type { TimeWindows } from '../windows/windows.ts';
import { timeWindowAt, windowStartsFor } from '../windows/windows.ts';
import type { Change } from './change.ts';
import type { EmitRange, WindowedOptions } from './final-results.ts';
import { finalResults } from './final-results.ts';
import type { Aggregation } from './stream-aggregate.ts';
import type { TableOperator, TableView } from './table-operator.ts';
import { stamped } from './table-store.ts';
import type { WindowTableStore } from './window-table-store.ts';
import { emitWindows, windowForwarder, windowStoreView } from './window-table-store.ts';

/** What the operator has to know of its windows. */
interface Places {
  readonly sizeMs: number;
  readonly graceMs: number;
  startsFor(timestamp: number): readonly number[];
  at(start: number): Windowed<never>['window'];
}

const placesOf = (windows: TimeWindows | UnlimitedWindows): Places =>
  windows.kind === 'time'
    ? {
        sizeMs: windows.sizeMs,
        graceMs: windows.graceMs,
        startsFor: (timestamp) => windowStartsFor(windows, timestamp),
        at: (start) => timeWindowAt(windows, start),
      }
    : {
        sizeMs: unlimitedMs,
        graceMs: 0,
        startsFor: (timestamp) => (timestamp >= windows.startMs ? [windows.startMs] : []),
        at: unlimitedWindowAt,
      };

/**
 * One aggregate a key and time window. A window takes records until the operator's own stream time is `grace` past its
 * end.
 *
 * @see `KStreamWindowAggregate`
 */
export class WindowAggregate<K, V, VA> implements TableOperator<Windowed<K>, VA, V> {
  readonly #store: StoreBuilder;
  readonly #places: Places;
  readonly #emit: EmitStrategy;
  readonly #timeName: string;
  readonly #aggregation: Aggregation<K, V, VA>;
  #sendOldValues = false;

  constructor(
    store: StoreBuilder,
    how: Aggregation<K, V, VA>,
    options: WindowedOptions<TimeWindows | UnlimitedWindows>,
  ) {
    this.#store = store;
    this.#places = placesOf(options.windows);
    this.#emit = options.emit;
    this.#timeName = options.timeName ?? store.name;
    this.#aggregation = how;
  }

  // The keys that come in are not those that go out, which the interface of tables cannot say.
  readonly operator: OperatorSupplier<never, V, Windowed<K>, Change<VA>> = (context) => {
    const places = this.#places;
    const { initializer, aggregator } = this.#aggregation;
    const store = context.store<WindowTableStore<K, VA>>(this.#store.name);
    const forward = windowForwarder(store, context, { emit: this.#emit, sendOldValues: this.#sendOldValues });
    const time = context.operatorTime(this.#timeName);
    const final = finalResults(context, this.#emit, {
      store: this.#store.name,
      closedWindows: (last, closeTime) => closedWindows(places, last, closeTime),
      emit: emitWindows(store, context),
    });
    return {
      process: (key: K, value, timestamp) => {
        if (key === null) {
          context.drop('null_key');
          return;
        }
        const closeTime = time.advance(timestamp) - places.graceMs;
        for (const start of places.startsFor(timestamp)) {
          const window = places.at(start);
          if (window.end <= closeTime) {
            context.drop('expired_window');
            continue;
          }
          const found = store.fetch(key, start);
          const oldValue = found === null ? initializer() : found.value;
          const newTimestamp = found === null ? timestamp : Math.max(timestamp, found.timestamp);
          const newValue = aggregator(key, value, oldValue);
          store.put(key, stamped(newValue, newTimestamp), start);
          forward({ key, window }, { newValue, oldValue, isLatest: true }, newTimestamp);
        }
        final?.emitClosed(closeTime);
      },
      advanceTime: (timestamp) => {
        const closeTime = time.advance(timestamp) - places.graceMs;
        final?.emitClosed(closeTime);
      },
    };
  };

  stores(): readonly StoreBuilder[] {
    return [this.#store];
  }

  view(): TableView<Windowed<K>, VA> {
    return windowStoreView(this.#store.name);
  }

  enableSendingOldValues(): boolean {
    this.#sendOldValues = true;
    return true;
  }
}

/** The starts of the windows that ended up to `closeTime`, and behind what was emitted before. */
const closedWindows = ({ sizeMs, startsFor }: Places, last: number, closeTime: number): EmitRange | null => {
  const to = closeTime - sizeMs;
  if (to < 0) return null;
  if (last < 0) return { from: 0, to };
  const from = Math.max(0, last - sizeMs) + 1;
  // Time has not come as far as the end of another window.
  return String(startsFor(to)) === String(startsFor(from - 1)) ? null : { from, to };
};
