import type { Headers } from './headers.ts';
import { noHeaders } from './headers.ts';

/**
 * Where the record that is being processed came from, and what travels beside its key and value. Outside of a record,
 * as in a punctuation, topic is null and partition and offset are -1.
 *
 * @see `org.apache.kafka.streams.processor.internals.ProcessorRecordContext`
 */
export interface RecordContext {
  topic: string | null;
  partition: number;
  offset: number;
  /** Follows the record through the topology: an operator that forwards with another timestamp changes it for its children. */
  timestamp: number;
  headers: Headers;
  /** The bytes that were read, for dead letters. Views on the fetched batch. */
  readonly rawKey: Uint8Array | null;
  readonly rawValue: Uint8Array | null;
}

/** A copy for who keeps a context beyond the record. */
export const copyRecordContext = (context: RecordContext): RecordContext => ({
  ...context,
  rawKey: context.rawKey,
  rawValue: context.rawValue,
});

/** The context of work that no record caused. */
export const emptyRecordContext = (timestamp: number): RecordContext => ({
  topic: null,
  partition: -1,
  offset: -1,
  timestamp,
  headers: noHeaders,
  rawKey: null,
  rawValue: null,
});

/**
 * The slot of a task that holds the context of the record in hand. The task reuses one context object from record to
 * record; whoever keeps a context beyond the record must copy it.
 */
export interface RecordSlot {
  current: RecordContext;
}

/** Runs `action` with another context in the slot. */
export const withRecordContext = (slot: RecordSlot, context: RecordContext, action: () => void): void => {
  const outer = slot.current;
  slot.current = context;
  try {
    action();
  } finally {
    slot.current = outer;
  }
};
