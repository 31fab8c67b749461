import type { Headers } from './headers.ts';

/**
 * A record as a Processor sees it (Kafka Streams' `Record`; TypeScript already owns that word).
 *
 * Key and value may be null where the topic holds nulls, whatever `K` and `V` say; see the options of the source.
 */
export interface StreamRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Epoch milliseconds, never negative inside a topology. */
  readonly timestamp: number;
  readonly headers: Headers;
}

/** A key with its value, as stores and queries return them. */
export interface KeyValue<K, V> {
  readonly key: K;
  readonly value: V;
}

/** Where a record came from. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}
