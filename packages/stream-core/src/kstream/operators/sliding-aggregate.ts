import type { Windowed } from '../../common/window.ts';
import type { OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { SlidingWindows } from '../windows/sliding-windows.ts';
import type { Change } from './change.ts';
import type { EmitRange, WindowedOptions } from './final-results.ts';
import { finalResults } from './final-results.ts';
import { SlidingUpdate } from './sliding-update.ts';
import type { Aggregation } from './stream-aggregate.ts';
import type { TableOperator, TableView } from './table-operator.ts';
import type { WindowTableStore } from './window-table-store.ts';
import { emitWindows, windowForwarder, windowStoreView } from './window-table-store.ts';

/**
 * One aggregate a key and sliding window. A window takes records until the operator's own stream time is `grace` past
 * its end, which belongs to it.
 *
 * @see KIP-450, `org.apache.kafka.streams.kstream.internals.KStreamSlidingWindowAggregate`
 */
export class SlidingAggregate<K, V, VA> implements TableOperator<Windowed<K>, VA, V> {
  readonly #store: StoreBuilder;
  readonly #windows: SlidingWindows;
  readonly #emit: EmitStrategy;
  readonly #timeName: string;
  readonly #aggregation: Aggregation<K, V, VA>;
  #sendOldValues = false;

  constructor(store: StoreBuilder, how: Aggregation<K, V, VA>, options: WindowedOptions<SlidingWindows>) {
    this.#store = store;
    this.#windows = options.windows;
    this.#emit = options.emit;
    this.#timeName = options.timeName ?? store.name;
    this.#aggregation = how;
  }

  // The keys that come in are not those that go out, which the interface of tables cannot say.
  readonly operator: OperatorSupplier<never, V, Windowed<K>, Change<VA>> = (context) => {
    const { timeDifferenceMs, graceMs } = this.#windows;
    const store = context.store<WindowTableStore<K, VA>>(this.#store.name);
    const forward = windowForwarder(store, context, { emit: this.#emit, sendOldValues: this.#sendOldValues });
    const time = context.operatorTime(this.#timeName);
    const final = finalResults(context, this.#emit, {
      store: this.#store.name,
      closedWindows: (last, closeTime) => closedWindows(timeDifferenceMs, last, closeTime),
      emit: emitWindows(store, context),
    });
    const update = new SlidingUpdate<K, V, VA>({
      store,
      timeDifferenceMs,
      aggregation: this.#aggregation,
      forward,
      onExpired: () => context.drop('expired_window'),
    });
    return {
      process: (key: K, value, timestamp) => {
        if (key === null || value === null) {
          context.drop(key === null ? 'null_key' : 'null_value');
          return;
        }
        const closeTime = time.advance(timestamp) - graceMs;
        if (timestamp + timeDifferenceMs < closeTime) {
          context.drop('expired_window');
          return;
        }
        if (timeDifferenceMs === 0) throw new RangeError(noWindow(this.#store.name));
        update.add(key, value, { timestamp, closeTime });
        // Kafka Streams emits nothing with a record from the time of the very first window.
        if (timestamp >= timeDifferenceMs) final?.emitClosed(closeTime);
      },
      advanceTime: (timestamp) => {
        const closeTime = time.advance(timestamp) - graceMs;
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

const noWindow = (store: string): string =>
  `store ${store}: sliding windows with a time difference of 0 hold no time; make the difference 1 ms or more`;

/** The starts of the windows that ended before `closeTime`, from where the last emission stopped. */
const closedWindows = (timeDifferenceMs: number, last: number, closeTime: number): EmitRange | null => {
  const to = closeTime - timeDifferenceMs - 1;
  return to < 0 ? null : { from: Math.max(0, last < 0 ? 0 : last - timeDifferenceMs), to };
};
