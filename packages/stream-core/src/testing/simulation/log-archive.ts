import { visibleBatches } from '../../adapters/memory/client/partition-reader.ts';
import type { PartitionLog } from '../../adapters/memory/log/partition-log.ts';
import type { MemoryCluster } from '../../adapters/memory/memory-cluster.ts';
import type { RecordBatch } from '../../broker/record-batch.ts';
import type { Headers } from '../../common/headers.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';

interface Kept {
  readonly batches: RecordBatch[];
  /** Everything before this offset is kept that was ever committed. */
  next: number;
  /** Somebody went over the log up to here, and deleted what nobody needs any more. */
  shortenedUpTo: number;
}

/** A record of a log, also when the log does not have it any more. */
export interface ArchivedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** All that was ever committed to the logs of a cluster: what is deleted from a log, or compacted, is kept here before. */
export class LogArchive {
  readonly #cluster: MemoryCluster;
  readonly #kept = new Map<PartitionLog, Kept>();

  constructor(cluster: MemoryCluster) {
    this.#cluster = cluster;
  }

  /** To be called before anything is deleted. */
  keep(log: PartitionLog): void {
    const kept = this.#keptOf(log);
    this.#keep(log, kept);
    kept.shortenedUpTo = kept.next;
  }

  /** To be called before anything is deleted from topics of which nobody knows which. */
  keepAll(): void {
    for (const log of this.#cluster.topics.logs()) this.#keep(log, this.#keptOf(log));
  }

  /** The batches that a reader of read_committed has ever seen in a partition. */
  batches(topicPartition: TopicPartition): readonly RecordBatch[] {
    const log = this.#cluster.topics.log(topicPartition);
    const kept = this.#keptOf(log);
    return [...kept.batches, ...this.#rest(log, kept)];
  }

  /** Behind what was looked at when records of a partition were deleted; 0 where none were. */
  shortenedUpTo(topicPartition: TopicPartition): number {
    return this.#keptOf(this.#cluster.topics.log(topicPartition)).shortenedUpTo;
  }

  /** The records of a topic by partition and offset, as readers of read_committed have seen them. */
  records(topic: string): ArchivedRecord[] {
    return this.#cluster.topics.get(topic).partitions.flatMap(({ topicPartition }) => {
      const records: ArchivedRecord[] = [];
      for (const batch of this.batches(topicPartition)) {
        const cursor = batch.cursor();
        while (cursor.next()) {
          const { offset, timestamp } = cursor;
          records.push({
            ...topicPartition,
            offset,
            timestamp,
            key: cursor.key(),
            value: cursor.value(),
            headers: cursor.headers(),
          });
        }
      }
      return records;
    });
  }

  #keep(log: PartitionLog, kept: Kept): void {
    kept.batches.push(...this.#rest(log, kept));
    kept.next = log.lastStableOffset;
  }

  #rest(log: PartitionLog, { next }: Kept): RecordBatch[] {
    const from = Math.max(next, log.logStartOffset);
    return visibleBatches(log.read(from, 'read_committed', Number.POSITIVE_INFINITY));
  }

  #keptOf(log: PartitionLog): Kept {
    const kept = this.#kept.get(log) ?? { batches: [], next: 0, shortenedUpTo: 0 };
    this.#kept.set(log, kept);
    return kept;
  }
}
