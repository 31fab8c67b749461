import type { Admin, NewTopic, OffsetSpec, TopicDescription } from '../../../broker/admin.ts';
import type { IsolationLevel } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { MemoryCluster } from '../memory-cluster.ts';
import type { Requests } from './requests.ts';

/** Does `act` for every item, and throws the first error at the end. */
const forEach = <T>(items: readonly T[], act: (item: T) => void): void => {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      act(item);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
};

/** What an application asks of the embedded broker itself. Replication factors are ignored: there is one broker. */
export class MemoryAdmin implements Admin {
  readonly #cluster: MemoryCluster;
  readonly #requests: Requests;

  constructor(cluster: MemoryCluster, requests: Requests) {
    this.#cluster = cluster;
    this.#requests = requests;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    const created = new Set<string>();
    await this.#requests.untilAnswered('createTopics', () => {
      forEach(topics, ({ name, partitions, configs }) => {
        // A topic of this very call exists when the answer to an earlier attempt got lost.
        if (created.has(name)) return;
        this.#cluster.topics.create(name, partitions === -1 ? { configs } : { partitions, configs });
        created.add(name);
      });
    });
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    const deleted = new Set<string>();
    await this.#requests.untilAnswered('deleteTopics', () => {
      forEach(names, (name) => {
        if (deleted.has(name)) return;
        this.#cluster.topics.delete(name);
        deleted.add(name);
      });
    });
  }

  describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    return this.#requests.untilAnswered('metadata', () => {
      const found = names.map((name) => this.#cluster.topics.find(name)).filter((topic) => topic !== null);
      return new Map(found.map(({ name, partitions }) => [name, { name, partitions: partitions.length }]));
    });
  }

  listTopics(): Promise<readonly string[]> {
    return this.#requests.untilAnswered('metadata', () => this.#cluster.topics.names);
  }

  topicConfigs(name: string): Promise<Readonly<Record<string, string>>> {
    return this.#requests.untilAnswered('describeConfigs', () => this.#cluster.topics.get(name).config.entries);
  }

  listOffsets(
    requests: readonly { readonly partition: TopicPartition; readonly spec: OffsetSpec }[],
    isolationLevel: IsolationLevel,
  ): Promise<readonly number[]> {
    return this.#requests.untilAnswered('listOffsets', () =>
      requests.map(({ partition, spec }) => this.#cluster.listOffset(partition, spec, isolationLevel).offset),
    );
  }

  async deleteRecords(
    requests: readonly { readonly partition: TopicPartition; readonly beforeOffset: number }[],
  ): Promise<void> {
    await this.#requests.untilAnswered('deleteRecords', () => {
      forEach(requests, ({ partition, beforeOffset }) => {
        this.#cluster.topics.log(partition).deleteRecords(beforeOffset);
      });
    });
  }

  groupOffsets(groupId: string): Promise<ReadonlyMap<string, number>> {
    return this.#requests.untilAnswered('offsetFetch', () => this.#cluster.offsets.stableOffsets(groupId));
  }
}
