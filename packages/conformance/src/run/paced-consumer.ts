import type { TopicPartition } from '@millrace/stream-core';
import type {
  FetchedPartition,
  GroupConsumer,
  GroupMetadata,
  OffsetCommit,
  Subscription,
} from '@millrace/stream-core/broker';
import type { Pace } from './pace.ts';

const isOf = ({ topicPartition }: FetchedPartition, { topic, partition }: TopicPartition): boolean =>
  topicPartition.topic === topic && topicPartition.partition === partition;

/** What was fetched, batch by batch. */
const split = (fetched: FetchedPartition): FetchedPartition[] =>
  fetched.batches.map((batch) => ({
    ...fetched,
    position: batch.baseOffset,
    batches: [batch],
    nextPosition: batch.nextOffset,
    endOffset: batch.nextOffset,
  }));

/**
 * A member that gets everything at once and hands it on batch by batch: that with the smallest timestamp first, and of
 * those the one that came first. To its task nothing is behind what it got.
 */
export class PacedConsumer implements GroupConsumer {
  readonly #consumer: GroupConsumer;
  readonly #pace: Pace;
  #held: FetchedPartition[] = [];

  constructor(consumer: GroupConsumer, pace: Pace) {
    this.#consumer = consumer;
    this.#pace = pace;
  }

  async poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    const mustWait = this.#held.length === 0 && this.#pace.isFree;
    const fetched = await this.#consumer.poll(mustWait ? timeoutMs : 0);
    this.#hold([...this.#held, ...fetched.flatMap(split)]);
    if (!this.#pace.isFree) {
      if (timeoutMs > 0) await this.#pace.wait();
      return [];
    }
    const next = this.#next();
    if (next === null) return [];
    this.#hold(this.#held.filter((each) => each !== next));
    this.#pace.handedOut(next);
    return [next];
  }

  #hold(held: FetchedPartition[]): void {
    this.#held = held;
    this.#pace.held = held.length;
  }

  #next(): FetchedPartition | null {
    let first: FetchedPartition | null = null;
    const time = ({ batches: [batch] }: FetchedPartition): number => batch?.baseTimestamp ?? 0;
    // Of one partition the first one comes first, whatever its timestamp.
    const heads = this.#held.filter(
      (each, index) => this.#held.findIndex((other) => isOf(other, each.topicPartition)) === index,
    );
    for (const head of heads) if (first === null || time(head) < time(first)) first = head;
    return first;
  }

  lag(partition: TopicPartition): number | null {
    const lag = this.#consumer.lag(partition);
    return lag === null ? null : 0;
  }

  subscribe(subscription: Subscription): void {
    this.#consumer.subscribe(subscription);
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#consumer.assign(partitions);
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#hold(this.#held.filter((each) => !isOf(each, partition)));
    this.#consumer.seek(partition, offset);
  }

  position(partition: TopicPartition): number | null {
    return this.#consumer.position(partition);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#consumer.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#consumer.resume(partitions);
  }

  wakeup(): void {
    this.#consumer.wakeup();
  }

  async commit(offsets: readonly OffsetCommit[]): Promise<void> {
    await this.#consumer.commit(offsets);
    this.#pace.offsetsSent(offsets);
    this.#pace.committed();
  }

  committed(partitions: readonly TopicPartition[]): ReturnType<GroupConsumer['committed']> {
    return this.#consumer.committed(partitions);
  }

  groupMetadata(): GroupMetadata {
    return this.#consumer.groupMetadata();
  }

  laterGeneration(refused: GroupMetadata): Promise<GroupMetadata | null> {
    return this.#consumer.laterGeneration(refused);
  }

  requestRejoin(reason: string): void {
    this.#consumer.requestRejoin(reason);
  }

  close(options?: { readonly leave?: boolean }): Promise<void> {
    return this.#consumer.close(options);
  }
}
