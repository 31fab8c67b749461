import type { StreamRecord } from '../common/stream-record.ts';
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

/** Makes the processor of a task: a new one at every call. */
export type ProcessorSupplier<KIn, VIn, KOut = KIn, VOut = VIn> = () => Processor<KIn, VIn, KOut, VOut>;

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
export type FixedKeyProcessorSupplier<K, VIn, VOut = VIn> = () => FixedKeyProcessor<K, VIn, VOut>;
