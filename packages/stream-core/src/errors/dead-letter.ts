import type { Headers } from '../common/headers.ts';
import { errorMessage, StreamsError } from './streams-error.ts';

/** A record for a dead letter queue, in bytes (KIP-1034). */
export interface DeadLetterQueueRecord {
  /** A topic that exists. */
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly headers: Headers;
  /** @default that of Kafka's partitioner */
  readonly partition?: number;
}

/** What is known of the record that failed: a part of ErrorHandlerContext. */
interface FailedRecord {
  readonly topic: string | null;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: Headers;
  readonly rawKey: Uint8Array | null;
  readonly rawValue: Uint8Array | null;
}

/** What a function of the user threw, if that is behind the error: it tells more than the error that was made of it. */
const thrown = (error: StreamsError): Error => (error.cause instanceof Error ? error.cause : error);

/** The code says more of our own errors than their class, which they all share. */
const kindOf = (error: Error): string =>
  error instanceof StreamsError ? `${error.name}: ${error.code}` : error.constructor.name;

/**
 * The dead letter of a record, as Kafka Streams makes it: key and value as they were read, the timestamp, the headers,
 * and further headers that tell what happened, in UTF-8: `__streams.errors.exception` (the class of what was thrown, or
 * `StreamsError: CODE`), `.message`, `.stacktrace`, `.topic` (null in a punctuation), `.partition` and `.offset`.
 *
 * @see KIP-1034, `org.apache.kafka.streams.errors.internals.ExceptionHandlerUtils`
 */
export const deadLetterQueueRecord = (
  topic: string,
  error: StreamsError,
  failed: FailedRecord,
): DeadLetterQueueRecord => {
  const cause = thrown(error);
  const header = (name: string, text: string | null) => ({
    key: `__streams.errors.${name}`,
    value: text === null ? null : Buffer.from(text),
  });
  return {
    topic,
    key: failed.rawKey,
    value: failed.rawValue,
    timestamp: failed.timestamp,
    headers: [
      ...failed.headers,
      header('exception', kindOf(cause)),
      // As in Java, where an exception without a text has none.
      header('message', cause.message === '' ? null : errorMessage(cause)),
      header('stacktrace', cause.stack ?? String(cause)),
      header('topic', failed.topic),
      header('partition', String(failed.partition)),
      header('offset', String(failed.offset)),
    ],
  };
};
