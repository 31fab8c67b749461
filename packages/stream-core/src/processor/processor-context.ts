import type { Duration } from '../common/duration.ts';
import type { RecordMetadata, StreamRecord } from '../common/stream-record.ts';
import type { TaskId } from '../common/task-id.ts';
import type { StateStore, StoreBuilder } from '../state/state-store.ts';
import type { Cancellable, PunctuationType, Punctuator } from './punctuator.ts';

/** What every processor can ask of its task. */
export interface ProcessingContext {
  readonly applicationId: string;
  readonly taskId: TaskId;
  /** Where the record in hand came from; null in a punctuation. */
  recordMetadata(): RecordMetadata | null;
  /** The largest timestamp that the task has taken so far, epoch ms; -1 at the beginning. */
  currentStreamTimeMs(): number;
  /** The wall clock of the task, epoch ms. */
  currentSystemTimeMs(): number;
  /**
   * A connected store, by the builder that describes it or by name.
   *
   * @throws StreamsError STORE_NOT_CONNECTED when the processor is not connected to the store
   */
  getStateStore<S extends StateStore>(store: StoreBuilder<S> | string): S;
  /**
   * Calls `punctuator` about every `interval`. It runs between records, in the transaction of what is processed around
   * it. After a jump of time it is called once, not once a missed interval.
   *
   * @throws RangeError when the interval is below 1 ms
   */
  schedule(interval: Duration, type: PunctuationType, punctuator: Punctuator): Cancellable;
  /** Asks for a commit soon, before the commit interval is over. */
  commit(): void;
}

/** The context of a Processor. @see `org.apache.kafka.streams.processor.api.ProcessorContext` */
export interface ProcessorContext<KOut, VOut> extends ProcessingContext {
  /**
   * Hands a record to the children, or to the child of that name, and returns when they are done with it.
   *
   * @throws StreamsError PROCESSING_FAILED when there is no child of that name
   */
  forward(record: StreamRecord<KOut, VOut>, child?: string): void;
}

/** The context of a FixedKeyProcessor. */
export interface FixedKeyProcessorContext<K, VOut> extends ProcessingContext {
  /** As `ProcessorContext.forward`; another key than that of the record in hand is an error. */
  forward(record: StreamRecord<K, VOut>, child?: string): void;
}
