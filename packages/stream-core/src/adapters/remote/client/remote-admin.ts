import type { Admin, NewTopic, OffsetSpec, TopicDescription } from '../../../broker/admin.ts';
import type { IsolationLevel } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { ClientCalls } from '../wire/protocol.ts';
import { clientObject } from '../wire/protocol.ts';
import type { Connector } from './connector.ts';

/** Asks the cluster of a broker in another process. It keeps nothing, so it survives any connection. */
export class RemoteAdmin implements Admin {
  readonly #connector: Connector;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  createTopics(topics: readonly NewTopic[]): Promise<void> {
    return this.#ask('createTopics', topics);
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return this.#ask('deleteTopics', names);
  }

  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    const found = await this.#ask('describeTopics', names);
    return new Map(found.map((topic) => [topic.name, topic]));
  }

  listTopics(): Promise<readonly string[]> {
    return this.#ask('listTopics', null);
  }

  topicConfigs(name: string): Promise<Readonly<Record<string, string>>> {
    return this.#ask('topicConfigs', name);
  }

  listOffsets(
    requests: readonly { readonly partition: TopicPartition; readonly spec: OffsetSpec }[],
    isolationLevel: IsolationLevel,
  ): Promise<readonly number[]> {
    return this.#ask('listOffsets', { requests, isolationLevel });
  }

  deleteRecords(
    requests: readonly { readonly partition: TopicPartition; readonly beforeOffset: number }[],
  ): Promise<void> {
    return this.#ask('deleteRecords', requests);
  }

  async groupOffsets(groupId: string): Promise<ReadonlyMap<string, number>> {
    return new Map(await this.#ask('groupOffsets', groupId));
  }

  async #ask<M extends keyof ClientCalls>(
    method: M,
    params: ClientCalls[M]['params'],
  ): Promise<ClientCalls[M]['result']> {
    const channel = await this.#connector.connect();
    return channel.request(clientObject, method, params);
  }
}
