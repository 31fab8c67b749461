import type { Logger } from '../common/logger.ts';
import type { RecordSlot } from '../common/record-context.ts';
import type { ResolvedProcessingConfig } from '../config/resolve-streams-config.ts';
import type { ErrorHandlerContext, HandlerResponse } from '../errors/exception-handlers.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { DropReason } from '../processor/operator.ts';
import type { NodeErrors } from '../processor/task-context.ts';
import type { RecordGate, UnreadableRecord } from './record-queue.ts';

export interface TaskErrorsOptions {
  readonly taskId: string;
  readonly record: RecordSlot;
  readonly config: ResolvedProcessingConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Handler = (error: StreamsError, context: ErrorHandlerContext) => HandlerResponse;

/** Errors that no handler of records may pass over: the ones that a handler saw already, and those of the task itself. */
const isSettled = (error: unknown): error is StreamsError =>
  error instanceof StreamsError &&
  (error.code === 'PROCESSING_FAILED' || (error.scope !== 'record' && error.code !== 'STORE_NOT_CONNECTED'));

/** Turns what goes wrong in a task into typed errors, asks the configured handlers, and counts what is dropped. */
export class TaskErrors implements RecordGate, NodeErrors {
  readonly #options: TaskErrorsOptions;

  constructor(options: TaskErrorsOptions) {
    this.#options = options;
  }

  drop(node: string, reason: DropReason): void {
    const { metrics, taskId } = this.#options;
    metrics.counter('dropped-records-total', { task: taskId, node, reason }).add(1);
  }

  processingFailed(cause: unknown, node: string): void {
    if (isSettled(cause)) throw cause;
    const { topic, partition, offset } = this.#options.record.current;
    const where = topic === null ? 'in a punctuation' : `on the record at ${topic}-${partition} offset ${offset}`;
    const error = new StreamsError('PROCESSING_FAILED', `${node} failed ${where}: ${errorMessage(cause)}`, {
      context: { taskId: this.#options.taskId, node, ...(topic === null ? {} : { topic, partition, offset }) },
      cause,
    });
    this.#ask('processing', { handler: this.#options.config.processingExceptionHandler, error, node });
  }

  productionFailed(cause: unknown, node: string, topic: string): void {
    const error =
      cause instanceof StreamsError
        ? cause
        : new StreamsError('PRODUCTION_FAILED', `${node} cannot write to ${topic}: ${errorMessage(cause)}`, {
            context: { taskId: this.#options.taskId, node, topic },
            cause,
          });
    if (error.scope !== 'record') throw error;
    this.#ask('production', { handler: this.#options.config.productionExceptionHandler, error, node });
  }

  deserializationFailed(record: UnreadableRecord): void {
    const { topic, partition } = record.topicPartition;
    const { taskId, config } = this.#options;
    const message = `The record at ${topic}-${partition} offset ${record.offset} cannot be read: ${errorMessage(record.cause)}`;
    const error = new StreamsError('DESERIALIZATION_FAILED', message, {
      context: { taskId, node: record.node, topic, partition, offset: record.offset },
      cause: record.cause,
    });
    const context: ErrorHandlerContext = { ...record, taskId, topic, partition };
    this.#decide('deserialization', config.deserializationExceptionHandler(error, context), error);
    this.drop(record.node, 'deserialization');
  }

  timestampRejected(record: UnreadableRecord): void {
    const { topic, partition } = record.topicPartition;
    this.#options.logger.warn('record.timestamp_rejected', { topic, partition, offset: record.offset });
    this.drop(record.node, 'timestamp');
  }

  #ask(
    kind: string,
    failure: { readonly handler: Handler; readonly error: StreamsError; readonly node: string },
  ): void {
    const { handler, error, node } = failure;
    const context = { ...this.#options.record.current, taskId: this.#options.taskId, node };
    this.#decide(kind, handler(error, context), error);
    this.drop(node, 'handler');
  }

  #decide(kind: string, response: HandlerResponse, error: StreamsError): void {
    const { topic = null, partition = null, offset = null, node = null } = error.context;
    const fields = { kind, code: error.code, response, topic, partition, offset, node };
    if (response !== 'continue') throw error;
    this.#options.logger.warn('record.dropped_by_handler', fields);
  }
}
