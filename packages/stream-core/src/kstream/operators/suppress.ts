import { withRecordContext } from '../../common/record-context.ts';
import type { OperatorContext, OperatorSupplier } from '../../processor/operator.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { BufferEviction, TimeOrderedBuffer } from '../../state/time-ordered-buffer.ts';
import type { Change } from './change.ts';
import type { TableGetter, TableOperator, TableView } from './table-operator.ts';

/** How long updates are held back, and what happens when there are too many. */
export interface SuppressOptions<K> {
  /** How long an update stays behind its buffer time. */
  readonly waitMs: number;
  /** The end of the window of a key, where that is the buffer time; null: the timestamp of the update is. */
  readonly endOf: ((key: K) => number) | null;
  /** Nobody has seen a result that could be deleted. */
  readonly dropsDeletions: boolean;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly whenFull: 'emitEarly' | 'shutDown';
}

/**
 * Holds back the updates of a table in a buffer, by a time of its own that only these updates move. One that leaves has
 * timestamp and headers of the record that made it.
 *
 * @see `org.apache.kafka.streams.kstream.internals.suppress.KTableSuppressProcessorSupplier`
 */
export class Suppress<K, V> implements TableOperator<K, V, Change<V>> {
  readonly #parent: TableOperator<K, V, never>;
  readonly #store: StoreBuilder;
  readonly #options: SuppressOptions<K>;

  constructor(parent: TableOperator<K, V, never>, store: StoreBuilder, options: SuppressOptions<K>) {
    this.#parent = parent;
    this.#store = store;
    this.#options = options;
    // The buffer knows what a key had before only from the updates.
    parent.enableSendingOldValues(true);
  }

  readonly operator: OperatorSupplier<K, Change<V>, K, Change<V>> = (context) => {
    const { waitMs, endOf } = this.#options;
    const buffer = context.store<TimeOrderedBuffer<K, V>>(this.#store.name);
    const time = context.operatorTime(this.#store.name);
    const emit = this.#emitter(context);
    const evict = (): void => {
      const expiry = time.ms - waitMs;
      buffer.evictWhile(() => (buffer.minTimestamp ?? Number.POSITIVE_INFINITY) <= expiry, emit);
    };
    return {
      process: (key, { newValue, oldValue }, timestamp) => {
        time.advance(timestamp);
        buffer.put(endOf === null ? timestamp : endOf(key), { key, newValue, oldValue }, context.record.current);
        evict();
        this.#enforceBounds(buffer, emit);
      },
      advanceTime: (timestamp) => {
        time.advance(timestamp);
        evict();
      },
    };
  };

  stores(): readonly StoreBuilder[] {
    return [this.#store];
  }

  /** What was emitted last: of a buffered key what it had before, of another what the table above has. */
  view(): TableView<K, V> {
    const parent = this.#parent.view();
    const { name } = this.#store;
    return {
      storeNames: [name, ...parent.storeNames],
      open: (context): TableGetter<K, V> => {
        const buffer = context.store<TimeOrderedBuffer<K, V>>(name);
        const above = parent.open(context);
        return {
          get: (key) => {
            const buffered = buffer.priorValueForBuffered(key);
            if (buffered === null) return above.get(key);
            // The buffer does not know when that was.
            return buffered.value === null ? null : { value: buffered.value, timestamp: -1 };
          },
        };
      },
    };
  }

  enableSendingOldValues(force: boolean): boolean {
    return this.#parent.enableSendingOldValues(force);
  }

  #emitter(context: OperatorContext<K, Change<V>>): (eviction: BufferEviction<K, V>) => void {
    const { dropsDeletions } = this.#options;
    return ({ key, newValue, oldValue, context: origin }) => {
      if (newValue === null && dropsDeletions) return;
      withRecordContext(context.record, origin, () => {
        context.forward(key, { newValue, oldValue, isLatest: true }, origin.timestamp);
      });
    };
  }

  #enforceBounds(buffer: TimeOrderedBuffer<K, V>, emit: (eviction: BufferEviction<K, V>) => void): void {
    const { maxRecords, maxBytes, whenFull } = this.#options;
    const isFull = (): boolean => buffer.numRecords > maxRecords || buffer.bufferSize > maxBytes;
    if (!isFull()) return;
    if (whenFull === 'shutDown') {
      const { name, numRecords, bufferSize } = buffer;
      throw new RangeError(
        `the buffer ${name} is full: ${numRecords} of ${maxRecords} records, ${bufferSize} of ${maxBytes} bytes; ` +
          `give it more room, or let it emit early`,
      );
    }
    buffer.evictWhile(isFull, emit);
  }
}
