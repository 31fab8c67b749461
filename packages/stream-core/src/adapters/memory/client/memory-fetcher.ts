import type { FetchedPartition, Fetcher, FetcherOptions } from '../../../broker/fetcher.ts';
import type { Clock } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { TopicRegistry } from '../topic-registry.ts';
import { PartitionReader } from './partition-reader.ts';
import { Poller } from './poller.ts';
import type { Requests } from './requests.ts';

export interface MemoryFetcherOptions extends FetcherOptions {
  readonly topics: TopicRegistry;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly onClose: () => void;
}

const nothingToPrepare = async (): Promise<boolean> => false;

/** Reads assigned partitions of the embedded broker. */
export class MemoryFetcher implements Fetcher {
  readonly #reader: PartitionReader;
  readonly #poller: Poller;
  readonly #onClose: () => void;

  constructor({ topics, requests, clock, onClose, ...options }: MemoryFetcherOptions) {
    this.#onClose = onClose;
    this.#reader = new PartitionReader({ ...options, topics, ignoreMissing: false });
    this.#poller = new Poller({ clock, requests, reader: this.#reader });
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#poller.checkOpen();
    this.#reader.assign(partitions);
    this.#poller.interrupt();
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#poller.checkOpen();
    this.#reader.seek(partition, offset);
    this.#poller.interrupt();
  }

  position(partition: TopicPartition): number | null {
    return this.#reader.position(partition);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, false);
    this.#poller.interrupt();
  }

  lag(partition: TopicPartition): number | null {
    return this.#reader.lag(partition);
  }

  poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    return this.#poller.poll(timeoutMs, nothingToPrepare);
  }

  wakeup(): void {
    this.#poller.wakeup();
  }

  async close(): Promise<void> {
    this.#poller.close();
    this.#onClose();
  }
}
