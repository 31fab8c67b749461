import type { GroupMetadata, OffsetAndMetadata, OffsetCommit } from '../../../broker/group-consumer.ts';
import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { ResponseOf } from '../protocol/api.ts';
import { isKafkaError } from '../protocol/error-codes.ts';
import { offsetCommitApi } from '../protocol/offset-commit-api.ts';
import { offsetFetchApi } from '../protocol/offset-fetch-api.ts';
import type { CoordinatorRequests } from './coordinator-requests.ts';
import { groupRefusal } from './group-refusal.ts';
import type { Attempt } from './until-answered.ts';
import { untilAnswered } from './until-answered.ts';

export interface CommittedOffsetsOptions {
  readonly requests: CoordinatorRequests;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly groupId: string;
  readonly lane: string;
  readonly retryTimeoutMs: number;
  readonly checkOpen: () => void;
}

/** The version from which on a fetch of offsets names its groups in a list. */
const groupsVersion = 8;

/** How long a coordinator may take to hear of a new topic. */
const newTopicPatienceMs = 5_000;

type OffsetCommitResponse = ResponseOf<typeof offsetCommitApi>;
type OffsetFetchResponse = ResponseOf<typeof offsetFetchApi>;
type FetchedTopics = OffsetFetchResponse['topics'] | OffsetFetchResponse['groups'][number]['topics'];

const firstError = ({ topics }: OffsetCommitResponse): number => {
  for (const { partitions } of topics) {
    for (const { errorCode } of partitions) if (errorCode !== 0) return errorCode;
  }
  return 0;
};

/** The offsets that a group has committed, at its coordinator. */
export class CommittedOffsets {
  readonly #options: CommittedOffsetsOptions;

  constructor(options: CommittedOffsetsOptions) {
    this.#options = options;
  }

  /** @throws StreamsError what `GroupConsumer.commit` names, METADATA_TOO_LARGE, BROKER_UNAVAILABLE */
  async commit(member: GroupMetadata, offsets: readonly OffsetCommit[]): Promise<void> {
    const { groupId, memberId, groupInstanceId, generationId } = member;
    const byTopic = Map.groupBy(offsets, ({ topicPartition }) => topicPartition.topic);
    const topics = Array.from(byTopic, ([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ topicPartition, offset, leaderEpoch, metadata }) => ({
        partitionIndex: topicPartition.partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch,
        committedMetadata: metadata,
      })),
    }));
    const { requests, lane, retryTimeoutMs, checkOpen } = this.#options;
    const request = { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId, topics };
    const exchange = { api: offsetCommitApi, request, call: { lane }, errorOf: firstError };
    const { clock, chance } = this.#options;
    const attempt = async (): Promise<Attempt<OffsetCommitResponse>> => {
      const value = await requests.send(exchange, { retryMs: retryTimeoutMs, checkOpen });
      const isNew = isKafkaError(firstError(value), 'UNKNOWN_TOPIC_OR_PARTITION');
      return isNew ? { unavailable: this.#refusalIn(value) } : { value };
    };
    const answer = await untilAnswered(attempt, { clock, chance, retryMs: newTopicPatienceMs, checkOpen });
    const refused = this.#refusalIn(answer);
    if (refused !== null) throw refused;
  }

  /**
   * The committed offsets, in the order asked for; null where there is none.
   *
   * @throws StreamsError UNSTABLE_OFFSET_COMMIT when a transaction still holds one of them, BROKER_UNAVAILABLE
   */
  async fetch(partitions: readonly TopicPartition[]): Promise<(OffsetAndMetadata | null)[]> {
    if (partitions.length === 0) return [];
    const { requests, groupId, lane, retryTimeoutMs, checkOpen } = this.#options;
    const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
    const topics = Array.from(byTopic, ([name, ofTopic]) => ({
      name,
      partitionIndexes: ofTopic.map(({ partition }) => partition),
    }));
    const request = (version: number) => ({
      groupId,
      topics: version < groupsVersion ? topics : null,
      groups: version < groupsVersion ? [] : [{ groupId, topics }],
      requireStable: true,
    });
    const errorOf = ({ errorCode, groups }: OffsetFetchResponse): number => groups[0]?.errorCode ?? errorCode;
    const exchange = { api: offsetFetchApi, request, call: { lane }, errorOf };
    const answer = await requests.send(exchange, { retryMs: retryTimeoutMs, checkOpen });
    const refused = errorOf(answer);
    if (refused !== 0) throw groupRefusal(refused, `OffsetFetch for group ${groupId}`);
    const found = this.#read(answer.groups[0]?.topics ?? answer.topics);
    return partitions.map((partition) => found.get(topicPartitionKey(partition)) ?? null);
  }

  /**
   * As `fetch`, but waits for open transactions to end, however long that takes: the broker ends them in time.
   *
   * @throws StreamsError CLOSED, BROKER_UNAVAILABLE
   */
  async fetchStable(partitions: readonly TopicPartition[]): Promise<(OffsetAndMetadata | null)[]> {
    const { clock, chance, checkOpen } = this.#options;
    const attempt = async (): Promise<Attempt<(OffsetAndMetadata | null)[]>> => {
      try {
        return { value: await this.fetch(partitions) };
      } catch (error) {
        const isUnstable = error instanceof StreamsError && error.code === 'UNSTABLE_OFFSET_COMMIT';
        if (!isUnstable) throw error;
        return { unavailable: error };
      }
    };
    return untilAnswered(attempt, { clock, chance, retryMs: Number.POSITIVE_INFINITY, checkOpen });
  }

  #read(topics: FetchedTopics): Map<string, OffsetAndMetadata> {
    const found = new Map<string, OffsetAndMetadata>();
    for (const { name: topic, partitions } of topics) {
      for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode } of partitions) {
        const partition = { topic, partition: partitionIndex };
        if (errorCode !== 0) throw this.#refusal('OffsetFetch', partition, errorCode);
        if (committedOffset < 0) continue;
        const leaderEpoch = committedLeaderEpoch;
        found.set(topicPartitionKey(partition), { offset: committedOffset, leaderEpoch, metadata: metadata ?? '' });
      }
    }
    return found;
  }

  /** What is wrong with the first partition that was refused. */
  #refusalIn({ topics }: OffsetCommitResponse): StreamsError | null {
    for (const { name: topic, partitions } of topics) {
      for (const { partitionIndex: partition, errorCode } of partitions) {
        if (errorCode !== 0) return this.#refusal('OffsetCommit', { topic, partition }, errorCode);
      }
    }
    return null;
  }

  #refusal(api: string, partition: TopicPartition, errorCode: number): StreamsError {
    const what = `${api} for ${topicPartitionKey(partition)} of group ${this.#options.groupId}`;
    return groupRefusal(errorCode, what, partition);
  }
}
