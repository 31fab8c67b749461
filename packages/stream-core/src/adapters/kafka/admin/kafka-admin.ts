import type { Admin, NewTopic, OffsetSpec, TopicDescription } from '../../../broker/admin.ts';
import type { IsolationLevel } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { retrying } from '../cluster/retry.ts';
import { unknownTopic } from '../cluster/topic-lookups.ts';
import type { ResponseOf } from '../protocol/api.ts';
import { deleteRecordsApi } from '../protocol/delete-records-api.ts';
import { describeConfigsApi } from '../protocol/describe-configs-api.ts';
import { isKafkaError, refusal } from '../protocol/error-codes.ts';
import { listOffsetsApi } from '../protocol/list-offsets-api.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import { offsetFetchApi } from '../protocol/offset-fetch-api.ts';
import { anyNode } from '../transport.ts';
import { askLeaders, byTopic, inOrder } from './leader-requests.ts';
import type { TopicRequestsOptions } from './topic-requests.ts';
import { TopicRequests } from './topic-requests.ts';

const lane = 'control';
const topicResource = 2;
const latestTimestamp = -1;
const earliestTimestamp = -2;

const timestampOf = (spec: OffsetSpec): number => {
  if (spec === 'earliest') return earliestTimestamp;
  return spec === 'latest' ? latestTimestamp : spec.timestamp;
};

type OffsetRequest = { readonly partition: TopicPartition; readonly spec: OffsetSpec };

/** What an application asks of a Kafka cluster itself. Requests are tried again until the retry time is over. */
export class KafkaAdmin implements Admin {
  readonly #options: TopicRequestsOptions;
  readonly #topics: TopicRequests;

  constructor(options: TopicRequestsOptions) {
    this.#options = options;
    this.#topics = new TopicRequests(options);
  }

  createTopics(topics: readonly NewTopic[]): Promise<void> {
    return this.#topics.create(topics);
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return this.#topics.delete(names);
  }

  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    if (names.length === 0) return new Map();
    const found = new Map<string, TopicDescription>();
    const { topics } = await this.#metadata(names.map((name) => ({ name })));
    for (const { name, errorCode, partitions } of topics) {
      if (name === null || isKafkaError(errorCode, 'UNKNOWN_TOPIC_OR_PARTITION')) continue;
      const isThere = errorCode === 0 || isKafkaError(errorCode, 'LEADER_NOT_AVAILABLE');
      if (!isThere) throw refusal(errorCode, `Metadata of ${name}`, { context: { topic: name } });
      if (partitions.length > 0) found.set(name, { name, partitions: partitions.length });
    }
    return found;
  }

  /** Without Kafka's own topics. */
  async listTopics(): Promise<readonly string[]> {
    const { topics } = await this.#metadata(null);
    return topics.flatMap(({ name, isInternal }) => (name === null || isInternal ? [] : [name]));
  }

  topicConfigs(name: string): Promise<Readonly<Record<string, string>>> {
    return retrying(this.#options, async () => {
      // The cluster waits for a topic that was just created; a broker that does not know it yet would not.
      if ((await this.#options.cluster.partitionCount(name)) === null) throw unknownTopic(name);
      const resources = [{ resourceType: topicResource, resourceName: name, configurationKeys: null }];
      const { response } = await this.#options.cluster.call(anyNode, describeConfigsApi, { resources }, { lane });
      const [result] = response.results;
      if (result === undefined) throw unknownTopic(name);
      if (result.errorCode !== 0) {
        const { errorMessage } = result;
        const options = { brokerMessage: errorMessage, context: { topic: name } };
        throw refusal(result.errorCode, `DescribeConfigs of ${name}`, options);
      }
      // Settings that are secret have no value.
      const entries = result.configs.map(({ name: key, value }) => [key, value ?? ''] as const);
      return Object.fromEntries(entries);
    });
  }

  async listOffsets(requests: readonly OffsetRequest[], isolationLevel: IsolationLevel): Promise<readonly number[]> {
    const offsets = await this.#listOffsets(requests, isolationLevel);
    const beyond = requests.flatMap(({ partition }, index) => (offsets[index] === -1 ? [{ index, partition }] : []));
    if (beyond.length === 0) return offsets;
    const atEnd = beyond.map(({ partition }) => ({ partition, spec: 'latest' as const }));
    const ends = await this.#listOffsets(atEnd, isolationLevel);
    const endOf = new Map(beyond.map(({ index }, position) => [index, ends[position] ?? -1]));
    return offsets.map((offset, index) => endOf.get(index) ?? offset);
  }

  async deleteRecords(
    requests: readonly { readonly partition: TopicPartition; readonly beforeOffset: number }[],
  ): Promise<void> {
    const { cluster, requestTimeoutMs } = this.#options;
    await askLeaders(cluster, this.#options, {
      name: 'DeleteRecords',
      partitions: requests.map(({ partition }) => partition),
      ask: async (nodeId, asked) => {
        const topics = byTopic(asked, ({ partition: { partition }, index }) => ({
          partitionIndex: partition,
          offset: requests[index]?.beforeOffset ?? 0,
        }));
        const request = { topics, timeoutMs: requestTimeoutMs };
        const options = { lane, timeoutMs: requestTimeoutMs * 2 };
        const { response } = await cluster.call(nodeId, deleteRecordsApi, request, options);
        return inOrder(asked, response.topics).map(({ errorCode }) => ({ errorCode, value: null }));
      },
    });
  }

  groupOffsets(groupId: string): Promise<ReadonlyMap<string, number>> {
    const { cluster } = this.#options;
    return retrying(this.#options, async () => {
      const node = await cluster.coordinator('group', groupId);
      try {
        return await this.#groupOffsets(node, groupId);
      } catch (error) {
        // The coordinator may have moved; asking again who it is costs little.
        cluster.forgetCoordinator('group', groupId);
        throw error;
      }
    });
  }

  #metadata(topics: readonly { readonly name: string }[] | null): Promise<ResponseOf<typeof metadataApi>> {
    return retrying(this.#options, async () => {
      const request = { topics, allowAutoTopicCreation: false };
      return (await this.#options.cluster.call(anyNode, metadataApi, request, { lane })).response;
    });
  }

  #listOffsets(requests: readonly OffsetRequest[], isolationLevel: IsolationLevel): Promise<number[]> {
    const { cluster, requestTimeoutMs } = this.#options;
    return askLeaders(cluster, this.#options, {
      name: 'ListOffsets',
      partitions: requests.map(({ partition }) => partition),
      ask: async (nodeId, asked) => {
        const values = asked.map(() => ({ errorCode: 0, value: -1 }));
        for (const distinct of withoutRepeats(asked)) {
          const topics = byTopic(distinct, ({ partition: { partition }, leader, index }) => ({
            partitionIndex: partition,
            currentLeaderEpoch: leader.leaderEpoch,
            timestamp: timestampOf(requests[index]?.spec ?? 'latest'),
          }));
          const level = isolationLevel === 'read_committed' ? 1 : 0;
          const request = { replicaId: -1, isolationLevel: level, topics, timeoutMs: requestTimeoutMs };
          const { response } = await cluster.call(nodeId, listOffsetsApi, request, { lane });
          for (const [position, { errorCode, offset }] of inOrder(distinct, response.topics).entries()) {
            const asking = distinct[position];
            if (asking !== undefined) values[asked.indexOf(asking)] = { errorCode, value: offset };
          }
        }
        return values;
      },
    });
  }

  async #groupOffsets(node: number, groupId: string): Promise<ReadonlyMap<string, number>> {
    const { response } = await this.#options.cluster.call(
      node,
      offsetFetchApi,
      (version) =>
        version < 8
          ? { groupId, topics: null, requireStable: true }
          : { groups: [{ groupId, topics: null }], requireStable: true },
      { lane },
    );
    const group = response.groups[0] ?? response;
    if (isKafkaError(group.errorCode, 'GROUP_ID_NOT_FOUND')) return new Map();
    const what = `OffsetFetch of the group ${groupId}`;
    if (group.errorCode !== 0) throw refusal(group.errorCode, what);
    return stableOffsets(what, group.topics);
  }
}

type GroupTopics = ResponseOf<typeof offsetFetchApi>['topics'];

/** Without those that are part of an open transaction: which offset will count there is not decided yet. */
const stableOffsets = (what: string, topics: GroupTopics): ReadonlyMap<string, number> => {
  const offsets = new Map<string, number>();
  for (const { name: topic, partitions } of topics) {
    for (const { partitionIndex: partition, committedOffset, errorCode } of partitions) {
      if (isKafkaError(errorCode, 'UNSTABLE_OFFSET_COMMIT')) continue;
      if (errorCode !== 0) throw refusal(errorCode, what, { context: { topic, partition } });
      if (committedOffset >= 0) offsets.set(topicPartitionKey({ topic, partition }), committedOffset);
    }
  }
  return offsets;
};

/** A request names a partition once: what is asked for a second time, such as both ends, goes into another one. */
const withoutRepeats = <Asked extends { readonly partition: TopicPartition }>(asked: readonly Asked[]): Asked[][] => {
  const rounds: Asked[][] = [];
  const timesAsked = new Map<string, number>();
  for (const each of asked) {
    const key = topicPartitionKey(each.partition);
    const round = timesAsked.get(key) ?? 0;
    timesAsked.set(key, round + 1);
    const requests = rounds[round] ?? [];
    rounds[round] = requests;
    requests.push(each);
  }
  return rounds;
};
