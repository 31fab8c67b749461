import type { FetchedPartition, Fetcher, FetcherOptions } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Connector } from './connector.ts';
import { finiteFetcherOptions, RemoteReader } from './remote-reader.ts';

/** Reads assigned partitions of a broker in another process. It survives a lost connection with all it knows. */
export class RemoteFetcher implements Fetcher {
  readonly #reader: RemoteReader;

  constructor(connector: Connector, options: FetcherOptions) {
    this.#reader = new RemoteReader({
      connector,
      open: (channel, object) =>
        channel.notify(0, 'open', { object, kind: 'fetcher', options: finiteFetcherOptions(options) }),
      isGroupAssigned: () => false,
      onCallback: () => {
        throw new StreamsError('POLICY_VIOLATION', 'a fetcher has no callbacks');
      },
    });
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.#reader.assign(partitions);
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#reader.seek(partition, offset);
  }

  position(partition: TopicPartition): number | null {
    return this.#reader.mirror.position(partition);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#reader.setPaused(partitions, false);
  }

  lag(partition: TopicPartition): number | null {
    return this.#reader.mirror.lag(partition);
  }

  poll(timeoutMs: number): Promise<readonly FetchedPartition[]> {
    return this.#reader.whilePolling(() =>
      this.#reader.poll({ timeoutMs, userData: null, thrown: () => null, onMembership: () => undefined }),
    );
  }

  wakeup(): void {
    this.#reader.wakeup();
  }

  close(): Promise<void> {
    return this.#reader.close(true);
  }
}
