import type { Admin } from '../broker/admin.ts';
import type { GroupMetadata, OffsetCommit } from '../broker/group-consumer.ts';
import type { Producer } from '../broker/producer.ts';
import { assert } from '../common/assert.ts';
import type { Chance } from '../common/chance.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { OutputRecord, RecordCollector } from '../processor/record-collector.ts';
import { OutputGeneration } from './output-generation.ts';
import { RecordAccumulator } from './record-accumulator.ts';

export interface StreamsProducerOptions {
  readonly producer: Producer;
  readonly admin: Admin;
  readonly isTransactional: boolean;
  readonly batchSizeBytes: number;
  readonly chance: Chance;
}

/** What has to be known of a topic before anything is written to it. */
interface OutputTopic {
  readonly partitions: number;
  readonly maxBatchBytes: number;
}

/**
 * The output of a stream thread. Under exactly-once it goes into one transaction a commit: what is produced while a
 * transaction is being committed belongs to the next one and is held back until then.
 *
 * @see KIP-447, `org.apache.kafka.streams.processor.internals.StreamsProducer`
 */
export class StreamsProducer implements RecordCollector {
  readonly #options: StreamsProducerOptions;
  readonly #accumulator: RecordAccumulator;
  readonly #topics = new Map<string, OutputTopic>();
  readonly #deferred: { readonly topic: string; readonly retry: () => void }[] = [];
  #generation: OutputGeneration;
  #isInTransaction = false;
  #isSealed = false;

  constructor(options: StreamsProducerOptions) {
    this.#options = options;
    this.#generation = this.#nextGeneration(false);
    this.#accumulator = new RecordAccumulator(options.batchSizeBytes, (ready) => {
      if (!this.#isSealed) this.#beginTransaction();
      this.#generation.add(ready);
    });
  }

  /** Gets a producer id, and ends what a predecessor left open. */
  init(): Promise<void> {
    return this.#options.producer.init();
  }

  send(record: OutputRecord): void {
    this.#accumulator.append(record, this.#topics.get(record.topic)?.maxBatchBytes ?? Number.POSITIVE_INFINITY);
  }

  partitionCount(topic: string): number | null {
    return this.#topics.get(topic)?.partitions ?? null;
  }

  defer(topic: string, retry: () => void): void {
    this.#deferred.push({ topic, retry });
  }

  nextPartition(topic: string): number {
    return Math.floor(this.#options.chance() * (this.partitionCount(topic) ?? 1));
  }

  /** Learns how many partitions topics have, and how large their batches may be. @throws StreamsError UNKNOWN_TOPIC_OR_PARTITION */
  async learnTopics(topics: Iterable<string>): Promise<void> {
    const unknown = [...new Set(topics)].filter((topic) => !this.#topics.has(topic));
    if (unknown.length === 0) return;
    const found = await this.#options.admin.describeTopics(unknown);
    for (const topic of unknown) {
      const description = found.get(topic);
      if (description === undefined) {
        throw new StreamsError('UNKNOWN_TOPIC_OR_PARTITION', `The topic ${topic} does not exist; create it first`, {
          context: { topic },
        });
      }
      const configs = await this.#options.admin.topicConfigs(topic);
      const maxBatchBytes = Number(configs['max.message.bytes'] ?? Number.POSITIVE_INFINITY);
      this.#topics.set(topic, { partitions: description.partitions, maxBatchBytes });
    }
  }

  /** Whether records wait for the partitions of their topic. */
  get hasDeferred(): boolean {
    return this.#deferred.length > 0;
  }

  /** Learns the partitions of the topics that records wait for, and writes those records. */
  async resolveDeferred(): Promise<void> {
    while (this.#deferred.length > 0) {
      const deferred = this.#deferred.splice(0);
      await this.learnTopics(deferred.map(({ topic }) => topic));
      for (const { retry } of deferred) retry();
    }
  }

  /** Whether records wait in batches that are not full. */
  get hasLingering(): boolean {
    return this.#accumulator.hasRecords;
  }

  /** Sends what waits for more to go with it. */
  drain(): void {
    this.#accumulator.drain();
  }

  /** Bytes of output that the broker has not acknowledged, or not even got. */
  get pendingBytes(): number {
    return this.#generation.unacknowledgedBytes + this.#accumulator.bufferedBytes;
  }

  /** @throws what went wrong with output that was sent since the last commit */
  throwIfFailed(): void {
    this.#generation.throwIfFailed();
  }

  /** Ends the current generation: everything so far belongs to this commit, everything from now on to the next. */
  seal(): OutputGeneration {
    assert(!this.#isSealed, 'a commit begins only after the one before has ended');
    this.#accumulator.drain();
    const sealed = this.#generation;
    this.#isSealed = true;
    this.#generation = this.#nextGeneration(this.#options.isTransactional);
    return sealed;
  }

  /**
   * Commits a generation with offsets, in one transaction. Without transactions it only waits for the acknowledgements:
   * the caller commits the offsets then.
   */
  async commit(sealed: OutputGeneration, offsets: readonly OffsetCommit[], group: GroupMetadata): Promise<void> {
    const { producer, isTransactional } = this.#options;
    await sealed.acknowledged();
    if (isTransactional && offsets.length > 0) {
      this.#beginTransaction();
      await producer.sendOffsets(offsets, group);
    }
    if (this.#isInTransaction) await producer.commit();
    this.#isInTransaction = false;
  }

  /** The commit has ended: the next generation may be sent. */
  unseal(): void {
    this.#isSealed = false;
    if (!this.#generation.isEmpty) this.#beginTransaction();
    this.#generation.release();
  }

  /** Gives up everything since the last commit. @throws when the broker says that this producer is of no use any more */
  async abort(): Promise<void> {
    this.#accumulator.clear();
    this.#deferred.length = 0;
    await this.#generation.acknowledged().catch(() => undefined);
    if (this.#isInTransaction) await this.#options.producer.abort();
    this.#isInTransaction = false;
    this.#isSealed = false;
    this.#generation = this.#nextGeneration(false);
  }

  close(): Promise<void> {
    return this.#options.producer.close();
  }

  #nextGeneration(isHeld: boolean): OutputGeneration {
    return new OutputGeneration(this.#options.producer, isHeld);
  }

  #beginTransaction(): void {
    if (!this.#options.isTransactional || this.#isInTransaction) return;
    this.#options.producer.begin();
    this.#isInTransaction = true;
  }
}
