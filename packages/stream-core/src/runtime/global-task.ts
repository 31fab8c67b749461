import type { FetchedPartition } from '../broker/fetcher.ts';
import { int64Bytes, readInt64 } from '../common/bytes.ts';
import type { Position } from '../common/position.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import type { RecordCollector } from '../processor/record-collector.ts';
import type { StateStore } from '../state/state-store.ts';
import type { SubtopologyPlan } from '../topology/plan.ts';
import { encodeOffsetMetadata } from './offset-metadata.ts';
import { StreamTask } from './stream-task.ts';
import type { StreamTaskOptions } from './stream-task-options.ts';

export type GlobalTaskOptions = Omit<StreamTaskOptions, 'collector' | 'cache' | 'committed'>;

const nothing = new Map<string, number>();
const noTimes = encodeOffsetMetadata({ partitionTime: -1, times: new Map() });

/** What keeps a global store up to date writes nowhere. */
const noOutput: RecordCollector = {
  partitionCount: () => null,
  nextPartition: () => 0,
  defer: () => undefined,
  drain: () => undefined,
  send: () => undefined,
};

/**
 * Keeps a global store up to date with all partitions of its topic. The offsets that it has come to are kept with the
 * rows of the store, so that a store on disk goes on where it was.
 *
 * @see `org.apache.kafka.streams.processor.internals.GlobalStateUpdateTask`
 */
export class GlobalTask {
  readonly plan: SubtopologyPlan;
  readonly stream: StreamTask;
  readonly #now: () => number;
  readonly #positions = new Map<number, number>();
  readonly #store: string;

  /** @throws StreamsError STATE_FAILED when the database of the store cannot be opened */
  constructor(options: GlobalTaskOptions) {
    this.plan = options.plan;
    this.#now = options.now;
    this.stream = new StreamTask({ ...options, collector: noOutput, cache: null });
    this.#store = this.plan.stores[0]?.builder.name ?? '';
  }

  get topic(): string {
    return this.plan.sourceTopics[0] ?? '';
  }

  get store(): StateStore | null {
    return this.stream.store(this.#store);
  }

  /** How far the partitions of the topic were read. */
  get position(): Position {
    const read = [...this.#positions].filter(([, offset]) => offset > 0);
    if (read.length === 0) return {};
    return { [this.topic]: Object.fromEntries(read.map(([partition, offset]) => [partition, offset - 1])) };
  }

  /** The offset that the store has come to in a partition; null when it has nothing of it. */
  offset(partition: number): number | null {
    const note = this.stream.stores.note(this.#store, this.#noteOf(partition));
    return note === null ? null : readInt64(note, 0);
  }

  /** Begins where the partitions begin. */
  open(begins: readonly { readonly topicPartition: TopicPartition; readonly offset: number }[]): void {
    for (const { topicPartition, offset } of begins) {
      const { partition } = topicPartition;
      this.#positions.set(partition, offset);
      const position = () => int64Bytes(this.#positions.get(partition) ?? 0);
      this.stream.stores.keepNote(this.#store, this.#noteOf(partition), position);
    }
    this.stream.open(begins.map((begin) => ({ ...begin, leaderEpoch: -1, metadata: noTimes })));
  }

  /** Takes in what was fetched, all of it, and commits it. @throws what a handler let through */
  update(fetched: FetchedPartition): void {
    this.stream.addRecords(fetched);
    while (this.stream.process(this.#now()));
    this.#positions.set(fetched.topicPartition.partition, fetched.nextPosition);
    this.stream.settle(this.stream.prepareCommit(), nothing);
  }

  close(): void {
    this.stream.close();
  }

  #noteOf(partition: number): string {
    return `${this.#store}/offset/${partition}`;
  }
}
