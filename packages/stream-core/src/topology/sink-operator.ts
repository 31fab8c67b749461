import { partitionForKey } from '../common/murmur2.ts';
import type { StreamRecord } from '../common/stream-record.ts';
import { StreamsError } from '../errors/streams-error.ts';
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
  readonly #output: OutputRecord = { topic: '', partition: 0, key: null, value: null, timestamp: 0, headers: [] };

  constructor(sink: PlannedSink, task: TaskContext) {
    this.#sink = sink;
    this.#task = task;
  }

  process(key: unknown, value: unknown, timestamp: number): void {
    const { topic } = this.#sink;
    const { current } = this.#task.record;
    const { headers } = current;
    this.#write(typeof topic === 'string' ? topic : topic(key, value, current), { key, value, timestamp, headers });
  }

  #write(topic: string, record: StreamRecord<unknown, unknown>): void {
    const partitions = this.#task.collector.partitionCount(topic);
    if (partitions === null) {
      this.#task.collector.defer(topic, () => this.#write(topic, record));
      return;
    }
    const output = this.#output;
    output.topic = topic;
    output.timestamp = record.timestamp;
    output.headers = record.headers;
    if (this.#serialize(record.key, record.value)) this.#send(record, partitions);
  }

  #serialize(key: unknown, value: unknown): boolean {
    const { key: keySerde, value: valueSerde, name } = this.#sink;
    const output = this.#output;
    const { topic, headers } = output;
    try {
      output.key = key === null ? null : keySerde.serialize(key, topic, headers);
      output.value = value === null ? null : valueSerde.serialize(value, topic, headers);
      return true;
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      const message = `A record for ${topic} cannot be serialised by ${name}: ${what}`;
      const error = new StreamsError('SERIALIZATION_FAILED', message, { context: { node: name, topic }, cause });
      this.#task.errors.productionFailed(error, name, topic);
      return false;
    }
  }

  #send({ key, value }: StreamRecord<unknown, unknown>, partitions: number): void {
    const { partitioner } = this.#sink;
    const chosen = partitioner?.(this.#output.topic, key, value, partitions) ?? this.#defaultPartition(partitions);
    if (typeof chosen === 'number') {
      this.#sendTo(chosen, partitions);
    } else {
      for (const partition of chosen) this.#sendTo(partition, partitions);
      if (chosen.length === 0) this.#task.errors.drop(this.#sink.name, 'handler');
    }
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
