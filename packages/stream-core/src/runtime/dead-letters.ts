import { partitionForKey } from '../common/murmur2.ts';
import type { DeadLetterQueueRecord } from '../errors/dead-letter.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { RecordCollector } from '../processor/record-collector.ts';

/** Writes dead letters with the output of their task. What goes wrong with one ends the task: nobody is asked again. */
export class DeadLetters {
  readonly #collector: RecordCollector;

  constructor(collector: RecordCollector) {
    this.#collector = collector;
  }

  /** @throws StreamsError PARTITION_INVALID, RECORD_TOO_LARGE */
  write(letters: readonly DeadLetterQueueRecord[]): void {
    for (const letter of letters) this.#write(letter);
  }

  /** Sends what was written, before the task ends. In a transaction it is aborted with all else. */
  flush(): void {
    this.#collector.drain();
  }

  #write(letter: DeadLetterQueueRecord): void {
    const { topic, key, value, timestamp, headers } = letter;
    const partitions = this.#collector.partitionCount(topic);
    if (partitions === null) {
      this.#defer(letter);
      return;
    }
    const partition = this.#partitionOf(letter, partitions);
    this.#collector.send({ topic, partition, key, value, timestamp, headers });
  }

  #defer(letter: DeadLetterQueueRecord): void {
    // The bytes are views on what was fetched, which may be gone when the topic is known.
    const copy = (bytes: Uint8Array | null): Uint8Array | null => (bytes === null ? null : Uint8Array.from(bytes));
    const kept = { ...letter, key: copy(letter.key), value: copy(letter.value) };
    this.#collector.defer({
      topic: letter.topic,
      prepare: async () => undefined,
      write: () => this.#write(kept),
      fail: (error) => {
        throw error;
      },
    });
  }

  #partitionOf({ topic, key, partition }: DeadLetterQueueRecord, partitions: number): number {
    if (partition === undefined) {
      return key === null ? this.#collector.nextPartition(topic) : partitionForKey(key, partitions);
    }
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition;
    const message = `${topic} has ${partitions} partitions and no partition ${partition}; leave it out of the dead letter, or name one from 0 on`;
    throw new StreamsError('PARTITION_INVALID', message, { context: { topic, partition } });
  }
}
