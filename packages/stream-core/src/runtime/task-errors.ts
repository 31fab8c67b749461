import type { Logger } from '../common/logger.ts';
import type { RecordSlot } from '../common/record-context.ts';
import { copyRecordContext } from '../common/record-context.ts';
import type { ResolvedProcessingConfig } from '../config/resolve-streams-config.ts';
import type { ErrorHandlerContext, ProductionHandlerResponse } from '../errors/exception-handlers.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { DropReason } from '../processor/operator.ts';
import type { RecordCollector } from '../processor/record-collector.ts';
import type { NodeErrors } from '../processor/task-context.ts';
import { DeadLetters } from './dead-letters.ts';
import type { RecordGate, UnreadableRecord } from './record-queue.ts';

export interface TaskErrorsOptions {
  readonly taskId: string;
  readonly record: RecordSlot;
  readonly config: ResolvedProcessingConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where dead letters go. */
  readonly collector: RecordCollector;
}

interface Question {
  readonly kind: string;
  readonly handler: (error: StreamsError, context: ErrorHandlerContext) => ProductionHandlerResponse;
  readonly error: StreamsError;
  readonly context: ErrorHandlerContext;
}

/** Errors that concern more than a record: no handler of records may pass over them. */
const isOfTask = (error: unknown): boolean =>
  error instanceof StreamsError && error.scope !== 'record' && error.code !== 'STORE_NOT_CONNECTED';

/** The topic may be there soon: what was not committed is done again, as when the broker is away. */
const again = (error: StreamsError): StreamsError =>
  new StreamsError('BROKER_UNAVAILABLE', `${error.message}; tried again, as the production exception handler says`, {
    context: error.context,
    cause: error,
  });

/** Turns what goes wrong in a task into typed errors, asks the configured handlers, and counts what is dropped. */
export class TaskErrors implements RecordGate, NodeErrors {
  readonly #options: TaskErrorsOptions;
  /** The error that is ending the task. On its way out it passes the guards of other nodes, which ask nobody about it. */
  #final: StreamsError | null = null;
  readonly #deadLetters: DeadLetters;

  constructor(options: TaskErrorsOptions) {
    this.#options = options;
    this.#deadLetters = new DeadLetters(options.collector);
  }

  drop(node: string, reason: DropReason): void {
    const { metrics, taskId } = this.#options;
    metrics.counter('dropped-records-total', { task: taskId, node, reason }).add(1);
  }

  processingFailed(cause: unknown, node: string): void {
    if (isOfTask(cause) || (this.#final !== null && cause === this.#final)) throw cause;
    const { topic, partition, offset } = this.#options.record.current;
    const where = topic === null ? 'in a punctuation' : `on the record at ${topic}-${partition} offset ${offset}`;
    const error = new StreamsError('PROCESSING_FAILED', `${node} failed ${where}: ${errorMessage(cause)}`, {
      context: { taskId: this.#options.taskId, node, ...(topic === null ? {} : { topic, partition, offset }) },
      cause,
    });
    const handler = this.#options.config.processingExceptionHandler;
    if (!this.#mayContinue({ kind: 'processing', handler, error, context: this.#inHand(node, error) }))
      throw this.#end(error);
    this.drop(node, 'handler');
  }

  productionFailed(cause: unknown, node: string | null, topic: string): void {
    const { taskId } = this.#options;
    const error =
      cause instanceof StreamsError
        ? cause
        : new StreamsError('PRODUCTION_FAILED', `${node ?? taskId} cannot write to ${topic}: ${errorMessage(cause)}`, {
            context: { taskId, ...(node === null ? {} : { node }), topic },
            cause,
          });
    if (error.scope !== 'record') throw error;
    const handler = this.#options.config.productionExceptionHandler;
    if (!this.#mayContinue({ kind: 'production', handler, error, context: this.#inHand(node, error) })) {
      // As in Kafka Streams: what cannot be serialised is still an error of the nodes that it came through.
      throw error.code === 'SERIALIZATION_FAILED' ? error : this.#end(error);
    }
    this.drop(node ?? topic, 'handler');
  }

  deserializationFailed(record: UnreadableRecord): void {
    const { topic, partition } = record.topicPartition;
    const { taskId, config } = this.#options;
    const handler = config.deserializationExceptionHandler;
    const message = `The record at ${topic}-${partition} offset ${record.offset} cannot be read: ${errorMessage(record.cause)}`;
    const error = new StreamsError('DESERIALIZATION_FAILED', message, {
      context: { taskId, node: record.node, topic, partition, offset: record.offset },
      cause: record.cause,
    });
    const { deadLetterQueueTopicName } = config;
    const rest = { serializationExceptionOrigin: null, deadLetterQueueTopicName };
    const context: ErrorHandlerContext = { ...record, ...rest, taskId, topic, partition };
    if (!this.#mayContinue({ kind: 'deserialization', handler, error, context })) throw error;
    this.drop(record.node, 'deserialization');
  }

  timestampRejected(record: UnreadableRecord): void {
    const { topic, partition } = record.topicPartition;
    this.#options.logger.warn('record.timestamp_rejected', { topic, partition, offset: record.offset });
    this.drop(record.node, 'timestamp');
  }

  /** Asks a handler. @throws the error that ends the task when the handler itself fails */
  #mayContinue({ kind, handler, error, context }: Question): boolean {
    let response: ProductionHandlerResponse;
    try {
      response = handler(error, context);
    } catch (cause) {
      const message = `The ${kind} exception handler failed: ${errorMessage(cause)}; it was asked about: ${error.message}`;
      throw this.#end(new StreamsError(error.code, message, { context: error.context, cause }));
    }
    if (response === 'retry' && error.code === 'OUTPUT_TOPIC_MISSING') throw this.#end(again(error));
    if (!this.#isContinue(response)) return false;
    const { topic = null, partition = null, offset = null, node = null } = error.context;
    const fields = { kind, code: error.code, response: 'continue', topic, partition, offset, node };
    this.#options.logger.warn('record.dropped_by_handler', fields);
    return true;
  }

  /** Writes the dead letters of an answer, and tells whether it lets the task go on. */
  #isContinue(response: ProductionHandlerResponse): boolean {
    if (typeof response === 'string') return response === 'continue';
    const isContinue = response.result === 'continue';
    try {
      this.#deadLetters.write(response.deadLetterQueueRecords);
    } catch (error) {
      throw error instanceof StreamsError ? this.#end(error) : error;
    }
    if (!isContinue) this.#deadLetters.flush();
    return isContinue;
  }

  #inHand(node: string | null, { context }: StreamsError): ErrorHandlerContext {
    const { record, taskId, config } = this.#options;
    const { deadLetterQueueTopicName } = config;
    const serializationExceptionOrigin = context.part ?? null;
    return {
      ...copyRecordContext(record.current),
      taskId,
      node,
      serializationExceptionOrigin,
      deadLetterQueueTopicName,
    };
  }

  #end(error: StreamsError): StreamsError {
    this.#final = error;
    return error;
  }
}
