import type { BrokerClient } from '../../broker/broker.ts';
import type { FetchedPartition, Fetcher } from '../../broker/fetcher.ts';
import { seededChance } from '../../common/chance.ts';
import { findStreamsError } from '../../errors/streams-error.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** Reads a topic under read_committed while it is written, as a consumer outside the application does. */
export class CommittedReader {
  /** What was seen, as `partition offset key value` in the order in which it came. */
  readonly seen: string[] = [];
  readonly #client: BrokerClient;
  readonly #fetcher: Fetcher;
  #isClosed = false;
  readonly #ended: Promise<void>;

  constructor(cluster: SimulatedCluster, topic: string) {
    const { clock, client, broker } = cluster;
    this.#client = client.connect({ clientId: 'reader', clock, chance: seededChance(1) });
    this.#fetcher = this.#client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 65_536 });
    const partitions = broker.cluster.topics.get(topic).partitions.map(({ topicPartition }) => topicPartition);
    this.#fetcher.assign(partitions);
    for (const partition of partitions) this.#fetcher.seek(partition, 0);
    this.#ended = this.#read();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#fetcher.wakeup();
    await this.#ended;
    await this.#client.close();
  }

  async #read(): Promise<void> {
    while (!this.#isClosed) {
      try {
        for (const fetched of await this.#fetcher.poll(100)) this.#note(fetched);
      } catch (error) {
        // The nodes are away now and then, for longer than one attempt lasts.
        if (findStreamsError(error)?.retriable === true) continue;
        this.seen.push(`failed: ${String(error)}`);
        return;
      }
    }
  }

  #note({ topicPartition, batches, position }: FetchedPartition): void {
    for (const batch of batches) {
      const cursor = batch.cursor(position);
      while (cursor.next()) {
        const value = cursor.value()?.toString('hex') ?? null;
        this.seen.push(
          `${topicPartition.partition} ${cursor.offset} ${cursor.key()?.toString('latin1') ?? ''} ${value}`,
        );
      }
    }
  }
}
