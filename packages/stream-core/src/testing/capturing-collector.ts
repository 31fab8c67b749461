import { copyBytes } from '../common/bytes.ts';
import type { DeferredRecord, OutputRecord, RecordCollector } from '../processor/record-collector.ts';
import type { ProducedRecord } from './produced-record.ts';

/** Keeps the output of a task instead of sending it. */
export class CapturingCollector implements RecordCollector {
  readonly #partitionCount: (topic: string) => number;
  #produced: ProducedRecord[] = [];

  /** @param partitionCount how many partitions a topic has; one by default */
  constructor(partitionCount: (topic: string) => number = () => 1) {
    this.#partitionCount = partitionCount;
  }

  send({ topic, partition, key, value, timestamp, headers }: OutputRecord): void {
    this.#produced.push({
      topic,
      partition,
      key: key === null ? null : copyBytes(key),
      value: value === null ? null : copyBytes(value),
      timestamp,
      headers,
    });
  }

  partitionCount(topic: string): number {
    return this.#partitionCount(topic);
  }

  defer({ write }: DeferredRecord): void {
    // Nobody can be waited for here: serdes that are not prepared say so themselves.
    write();
  }

  nextPartition(): number {
    return 0;
  }

  drain(): void {
    // Nothing waits here.
  }

  /** What was produced since the last call. */
  take(): readonly ProducedRecord[] {
    const taken = this.#produced;
    this.#produced = [];
    return taken;
  }
}
