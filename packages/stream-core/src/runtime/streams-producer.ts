import type { GroupConsumer, GroupMetadata, OffsetCommit } from '../broker/group-consumer.ts';
import type { Producer } from '../broker/producer.ts';
import { assert } from '../common/assert.ts';
import type { Chance } from '../common/chance.ts';
import { findStreamsError, StreamsError } from '../errors/streams-error.ts';
import type { DeferredRecord, OutputRecord, RecordCollector } from '../processor/record-collector.ts';
import type { TopologyPlan } from '../topology/plan.ts';
import { changelogTopicsOf } from '../topology/plan.ts';
import type { MayDrop } from './output-generation.ts';
import { OutputGeneration } from './output-generation.ts';
import type { OutputTopics } from './output-topics.ts';
import type { ReadyBatch } from './record-accumulator.ts';
import { RecordAccumulator } from './record-accumulator.ts';
import type { RefusedOutputOptions } from './refused-output.ts';
import { RefusedOutput } from './refused-output.ts';

/** In whose name offsets are committed. */
export type CommittingMember = Pick<GroupConsumer, 'groupMetadata' | 'laterGeneration'>;

export interface StreamsProducerOptions {
  readonly producer: Producer;
  readonly topics: OutputTopics;
  readonly isTransactional: boolean;
  readonly plan: Pick<TopologyPlan, 'subtopologies'>;
  readonly batchSizeBytes: number;
  readonly chance: Chance;
  /** How it is asked about what the broker refuses, without transactions. */
  readonly refusals: Omit<RefusedOutputOptions, 'collector'>;
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
  readonly #topics: OutputTopics;
  readonly #refused: RefusedOutput;
  /**
   * Without transactions their records are sent when all other output of a commit is acknowledged. State that says that
   * something was sent which was not would keep it from ever being sent: a crash between the two acknowledgements loses
   * results that stores let go of. Kafka Streams sends them as they come, and has that gap.
   */
  readonly #changelogTopics: ReadonlySet<string>;
  readonly #deferred: DeferredRecord[] = [];
  #producer: Producer;
  #generation: OutputGeneration;
  #isInTransaction = false;
  #isSealed = false;
  /** Whether records were dropped since the last commit that the broker had refused. */
  #hasDropped = false;

  constructor(options: StreamsProducerOptions) {
    this.#options = options;
    this.#producer = options.producer;
    this.#refused = new RefusedOutput({ ...options.refusals, collector: this });
    this.#changelogTopics = changelogTopicsOf(options.plan);
    this.#generation = this.#nextGeneration(false);
    this.#topics = options.topics;
    this.#accumulator = new RecordAccumulator(options.batchSizeBytes, (ready) => {
      if (!this.#isSealed) this.#beginTransaction();
      this.#generation.add(ready);
    });
  }

  /** Gets a producer id, and ends what a predecessor left open. */
  init(): Promise<void> {
    return this.#producer.init();
  }

  send(record: OutputRecord): void {
    this.#accumulator.append(record, this.#topics.maxBatchBytes(record.topic));
  }

  partitionCount(topic: string): number | null {
    return this.#topics.partitions(topic);
  }

  defer(record: DeferredRecord): void {
    this.#deferred.push(record);
  }

  nextPartition(topic: string): number {
    return Math.floor(this.#options.chance() * (this.partitionCount(topic) ?? 1));
  }

  /** Writes the records that wait for their topic, when that is known and their serdes are ready for it. */
  async resolveDeferred(): Promise<void> {
    while (this.#deferred.length > 0) {
      const deferred = this.#deferred.splice(0);
      await this.#topics.find(deferred.map(({ topic }) => topic));
      for (const record of deferred) await this.#resolve(record);
    }
  }

  async #resolve({ topic, prepare, write, fail }: DeferredRecord): Promise<void> {
    if (this.#topics.partitions(topic) === null) {
      const message = `The topic ${topic} that a record is for does not exist; create it, or let the extractor name another`;
      fail(new StreamsError('OUTPUT_TOPIC_MISSING', message, { context: { topic } }));
      return;
    }
    try {
      await prepare();
    } catch (error) {
      fail(error);
      return;
    }
    write();
  }

  /** Whether records wait in batches that are not full. */
  get hasLingering(): boolean {
    return this.#accumulator.hasRecords;
  }

  /** Sends what waits for more to go with it. */
  drain(): void {
    this.#accumulator.drain();
  }

  /** Bytes of output since the last commit that wait: to be acknowledged, and in a transaction to be committed. */
  get pendingBytes(): number {
    const { sizeInBytes, unacknowledgedBytes } = this.#generation;
    return (this.#options.isTransactional ? sizeInBytes : unacknowledgedBytes) + this.#accumulator.bufferedBytes;
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
   * the caller commits the offsets then. Output without offsets is of no task that is here, and nobody could tell
   * whether this member still has its place: it is given up.
   */
  async commit(sealed: OutputGeneration, offsets: readonly OffsetCommit[], member: CommittingMember): Promise<void> {
    const producer = this.#producer;
    // Who owned the tasks when they were sealed: whoever has lost its place since then must be refused.
    const group = member.groupMetadata();
    await sealed.acknowledged();
    if (!this.#options.isTransactional) await this.#sendLetters();
    await sealed.finish();
    if (!this.#options.isTransactional) return;
    if (offsets.length > 0) {
      this.#beginTransaction();
      await this.#sendOffsets(offsets, group, member);
      await producer.commit();
    } else if (this.#isInTransaction) {
      await producer.abort();
    }
    this.#isInTransaction = false;
  }

  /** What was written in place of dropped records must be there before their sources are committed. */
  async #sendLetters(): Promise<void> {
    if (!this.#hasDropped) return;
    this.#hasDropped = false;
    await this.resolveDeferred();
    this.#accumulator.drain();
    await this.#generation.acknowledged();
  }

  /** The group may go on to its next generation while offsets are on their way: then they are sent again in that. */
  async #sendOffsets(offsets: readonly OffsetCommit[], group: GroupMetadata, member: CommittingMember): Promise<void> {
    try {
      await this.#producer.sendOffsets(offsets, group);
    } catch (error) {
      const hasPassed = findStreamsError(error, 'ILLEGAL_GENERATION') !== null;
      const later = hasPassed ? await member.laterGeneration(group) : null;
      if (later === null) throw error;
      await this.#sendOffsets(offsets, later, member);
    }
  }

  /** The commit has ended: the next generation may be sent. */
  unseal(): void {
    this.#isSealed = false;
    if (!this.#generation.isEmpty) this.#beginTransaction();
    this.#generation.release();
  }

  /** Gives up everything since the last commit. @throws when the broker says that this producer is of no use any more */
  async abort(): Promise<void> {
    await this.#generation.acknowledged().catch(() => undefined);
    if (this.#isInTransaction) await this.#producer.abort();
    this.#reset();
  }

  /** Goes on with another producer. Everything since the last commit is given up. */
  async renew(producer: Producer): Promise<void> {
    this.#producer = producer;
    this.#reset();
    await producer.init();
  }

  #reset(): void {
    this.#accumulator.clear();
    this.#deferred.length = 0;
    this.#isInTransaction = false;
    this.#isSealed = false;
    this.#generation = this.#nextGeneration(false);
  }

  #nextGeneration(isHeld: boolean): OutputGeneration {
    const goesLast = ({ partition }: ReadyBatch): boolean =>
      !this.#options.isTransactional && this.#changelogTopics.has(partition.topic);
    const mayDrop: MayDrop = (refused, error) => {
      // A store whose changelog lacks a row would be another one after a restart.
      if (this.#options.isTransactional || goesLast(refused)) return false;
      if (!this.#refused.mayDrop(refused, error)) return false;
      this.#hasDropped = true;
      return true;
    };
    return new OutputGeneration({ producer: this.#producer, isHeld, goesLast, mayDrop });
  }

  #beginTransaction(): void {
    if (!this.#options.isTransactional || this.#isInTransaction) return;
    this.#producer.begin();
    this.#isInTransaction = true;
  }
}
