import type { RecordCursor } from '../broker/record-cursor.ts';
import type { Logger } from '../common/logger.ts';
import type { ResolvedProcessingConfig } from '../config/resolve-streams-config.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { ErrorHandlerContext, ProductionHandlerResponse } from '../errors/exception-handlers.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { RecordCollector } from '../processor/record-collector.ts';
import { DeadLetters } from './dead-letters.ts';
import type { ReadyBatch } from './record-accumulator.ts';

/** What a broker refuses for the records themselves; what it refuses for the user or the producer is no record's fault. */
const ofRecords: ReadonlySet<ErrorCode> = new Set(['RECORD_TOO_LARGE', 'TIMESTAMP_INVALID', 'POLICY_VIOLATION']);

export interface RefusedOutputOptions {
  readonly config: Pick<ResolvedProcessingConfig, 'productionExceptionHandler' | 'deadLetterQueueTopicName'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where dead letters go. */
  readonly collector: RecordCollector;
}

/**
 * Asks the production exception handler about output that the broker refused after it was sent. A broker takes a batch or
 * refuses it, so it is asked about every record of the batch. Without transactions only: in one, what was refused is
 * missing, and it can only be aborted.
 *
 * @see `RecordCollectorImpl.recordSendError`
 */
export class RefusedOutput {
  readonly #options: RefusedOutputOptions;
  readonly #deadLetters: DeadLetters;
  /** Where letters went. When one of them is refused nobody is asked again: it would never end. */
  readonly #letterTopics = new Set<string>();

  constructor(options: RefusedOutputOptions) {
    this.#options = options;
    this.#deadLetters = new DeadLetters(options.collector);
  }

  /** Whether the handler lets the application go on without a batch. @throws what ends it instead */
  mayDrop({ partition, batch }: ReadyBatch, error: unknown): boolean {
    if (this.#letterTopics.has(partition.topic)) return false;
    if (!(error instanceof StreamsError) || !ofRecords.has(error.code)) return false;
    const cursor = batch.cursor();
    while (cursor.next()) if (!this.#mayContinue(cursor, error)) return false;
    const { topic, partition: number } = partition;
    const fields = { kind: 'production', code: error.code, response: 'continue', topic, partition: number };
    this.#options.logger.warn('record.dropped_by_handler', { ...fields, records: batch.recordCount });
    const tags = { task: '', node: topic, reason: 'handler' };
    this.#options.metrics.counter('dropped-records-total', tags).add(batch.recordCount);
    return true;
  }

  #mayContinue(cursor: RecordCursor, error: StreamsError): boolean {
    let response: ProductionHandlerResponse;
    try {
      response = this.#options.config.productionExceptionHandler(error, this.#context(cursor));
    } catch (cause) {
      const message = `The production exception handler failed: ${errorMessage(cause)}; it was asked about: ${error.message}`;
      throw new StreamsError(error.code, message, { context: error.context, cause });
    }
    if (typeof response === 'string') return response === 'continue';
    for (const { topic } of response.deadLetterQueueRecords) this.#letterTopics.add(topic);
    this.#deadLetters.write(response.deadLetterQueueRecords);
    this.#deadLetters.flush();
    return response.result === 'continue';
  }

  /** Which record it was made of is not known any more: it is told as it was to be written. */
  #context(cursor: RecordCursor): ErrorHandlerContext {
    return {
      taskId: '',
      node: null,
      topic: null,
      partition: -1,
      offset: -1,
      timestamp: cursor.timestamp,
      headers: cursor.headers(),
      rawKey: cursor.key(),
      rawValue: cursor.value(),
      serializationExceptionOrigin: null,
      deadLetterQueueTopicName: this.#options.config.deadLetterQueueTopicName,
    };
  }
}
