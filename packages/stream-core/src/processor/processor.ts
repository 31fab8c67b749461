import type { StreamRecord } from '../common/stream-record.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { FixedKeyProcessorContext, ProcessorContext } from './processor-context.ts';

/**
 * A node of user code: it sees every record, keeps state in connected stores, forwards what it likes, and may schedule
 * punctuations. One is made for every task.
 *
 * @see KIP-478, `org.apache.kafka.streams.processor.api.Processor`
 */
export interface Processor<KIn, VIn, KOut = KIn, VOut = VIn> {
  /** Called once, after the stores of the task are restored. */
  init?(context: ProcessorContext<KOut, VOut>): void;
  /** Called with every record. It must be done when it returns: a promise is refused with PROCESSING_FAILED. */
  process(record: StreamRecord<KIn, VIn>): void;
  /** Called when the task ends here. Stores can still be read, but nothing is written or forwarded any more. */
  close?(): void;
}

/** A supplier that brings stores along: `Object.assign(() => new Mine(), { stores: () => [mine] })`. @see KIP-401 */
export interface ConnectedStoreProvider {
  /** Stores that are added to the topology and connected to the processor. Several suppliers may bring the same one. */
  readonly stores?: () => readonly StoreBuilder[];
}

/** Makes the processor of a task: a new one at every call. */
export interface ProcessorSupplier<KIn, VIn, KOut = KIn, VOut = VIn> extends ConnectedStoreProvider {
  (): Processor<KIn, VIn, KOut, VOut>;
}

/**
 * A processor that cannot change keys, so that nothing behind it has to be repartitioned (KIP-820). What it forwards
 * must carry the key of the record in hand.
 */
export interface FixedKeyProcessor<K, VIn, VOut = VIn> {
  init?(context: FixedKeyProcessorContext<K, VOut>): void;
  /** As `Processor.process`. */
  process(record: StreamRecord<K, VIn>): void;
  close?(): void;
}

/** Makes the fixed-key processor of a task: a new one at every call. */
export interface FixedKeyProcessorSupplier<K, VIn, VOut = VIn> extends ConnectedStoreProvider {
  (): FixedKeyProcessor<K, VIn, VOut>;
}
