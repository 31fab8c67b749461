import { assert } from '../common/assert.ts';
import { partitionForKey } from '../common/murmur2.ts';
import { copyRecordContext, withRecordContext } from '../common/record-context.ts';
import type { StreamRecord } from '../common/stream-record.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import type { Operator, OperatorSupplier } from '../processor/operator.ts';
import type { OutputRecord } from '../processor/record-collector.ts';
import type { TaskContext } from '../processor/task-context.ts';
import type { PlannedSink } from './plan.ts';

/**
 * Writes records to a topic: serialises, chooses the partition, hands on.
 *
 * @see `org.apache.kafka.streams.processor.internals.SinkNode`, `RecordCollectorImpl`
 */
export const sinkOperator =
  (sink: PlannedSink, task: TaskContext): OperatorSupplier<unknown, unknown, unknown, unknown> =>
  () =>
    new SinkOperator(sink, task);

class SinkOperator implements Operator<unknown, unknown> {
  readonly #sink: PlannedSink;
  readonly #task: TaskContext;
  /** The topics that may be written to; null when any may, because the sink names its topic or its serdes need nothing. */
  readonly #prepared: Set<string> | null;
  readonly #output: OutputRecord = { topic: '', partition: 0, key: null, value: null, timestamp: 0, headers: [] };

  constructor(sink: PlannedSink, task: TaskContext) {
    this.#sink = sink;
    this.#task = task;
    const needsPreparing = sink.key.prepareWrite !== undefined || sink.value.prepareWrite !== undefined;
    this.#prepared = typeof sink.topic !== 'string' && needsPreparing ? new Set() : null;
  }

  process(key: unknown, value: unknown, timestamp: number): void {
    const topic = this.#topicOf(key, value);
    const partitions = this.#task.collector.partitionCount(topic);
    const { headers } = this.#task.record.current;
    if (partitions === null || this.#prepared?.has(topic) === false) {
      this.#defer(topic, { key, value, timestamp, headers });
      return;
    }
    const output = this.#output;
    output.topic = topic;
    output.timestamp = timestamp;
    output.headers = headers;
    this.#write(key, value, partitions);
  }

  #topicOf(key: unknown, value: unknown): string {
    const { topic } = this.#sink;
    if (typeof topic === 'string') return topic;
    try {
      return topic(key, value, this.#task.record.current);
    } catch (cause) {
      throw this.#failed('topic name extractor', cause);
    }
  }

  #write(key: unknown, value: unknown, partitions: number): void {
    if (!this.#serialize(key, value)) return;
    const chosen = this.#partitionsOf(key, value, partitions);
    if (typeof chosen === 'number') {
      this.#sendTo(chosen, partitions);
    } else {
      for (const partition of chosen) this.#sendTo(partition, partitions);
      if (chosen.length === 0) this.#task.errors.drop(this.#sink.name, 'handler');
    }
  }

  #writeDeferred(topic: string, record: StreamRecord<unknown, unknown>): void {
    const partitions = this.#task.collector.partitionCount(topic);
    assert(partitions !== null, 'a deferred record is written when its topic is known');
    Object.assign(this.#output, { topic, timestamp: record.timestamp, headers: record.headers });
    this.#write(record.key, record.value, partitions);
  }

  #defer(topic: string, record: StreamRecord<unknown, unknown>): void {
    const { name } = this.#sink;
    const { record: slot, collector, errors } = this.#task;
    const context = copyRecordContext(slot.current);
    collector.defer({
      topic,
      prepare: () => this.#prepare(topic),
      write: () => {
        this.#prepared?.add(topic);
        withRecordContext(slot, context, () => this.#writeDeferred(topic, record));
      },
      fail: (error) => withRecordContext(slot, context, () => errors.productionFailed(error, name, topic)),
    });
  }

  async #prepare(topic: string): Promise<void> {
    if (this.#prepared === null || this.#prepared.has(topic)) return;
    await this.#sink.key.prepareWrite?.(topic);
    await this.#sink.value.prepareWrite?.(topic);
  }

  #serialize(key: unknown, value: unknown): boolean {
    const { key: keySerde, value: valueSerde, name } = this.#sink;
    const output = this.#output;
    const { topic, headers } = output;
    let part: 'key' | 'value' = 'key';
    try {
      output.key = key === null ? null : keySerde.serialize(key, topic, headers);
      part = 'value';
      output.value = value === null ? null : valueSerde.serialize(value, topic, headers);
      return true;
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      const message = `A record for ${topic} cannot be serialised by ${name}: ${what}`;
      const error = new StreamsError('SERIALIZATION_FAILED', message, { context: { node: name, topic, part }, cause });
      this.#task.errors.productionFailed(error, name, topic);
      return false;
    }
  }

  #partitionsOf(key: unknown, value: unknown, partitions: number): number | readonly number[] {
    const { partitioner } = this.#sink;
    if (partitioner === null) return this.#defaultPartition(partitions);
    try {
      return partitioner(this.#output.topic, key, value, partitions) ?? this.#defaultPartition(partitions);
    } catch (cause) {
      throw this.#failed('partitioner', cause);
    }
  }

  /** What a function of the user threw, with where that was. */
  #failed(what: string, cause: unknown): StreamsError {
    const { name: node } = this.#sink;
    const { topic, partition, offset } = this.#task.record.current;
    return new StreamsError('PROCESSING_FAILED', `The ${what} of ${node} failed: ${errorMessage(cause)}`, {
      context: { node, ...(topic === null ? {} : { topic, partition, offset }) },
      cause,
    });
  }

  #defaultPartition(partitions: number): number {
    const { topic, key } = this.#output;
    if (key === null) return this.#task.collector.nextPartition(topic);
    return partitionForKey(this.#sink.key.partitionKey?.(key) ?? key, partitions);
  }

  #sendTo(partition: number, partitions: number): void {
    const output = this.#output;
    const { topic } = output;
    if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
      throw new StreamsError(
        'PARTITION_INVALID',
        `${topic} has ${partitions} partitions and no partition ${partition}; let the partitioner of ${this.#sink.name} name one from 0 on`,
        {
          context: { node: this.#sink.name, topic, partition },
        },
      );
    }
    output.partition = partition;
    try {
      this.#task.collector.send(output);
    } catch (error) {
      this.#task.errors.productionFailed(error, this.#sink.name, topic);
    }
  }
}
