import type { Chance } from '../../../common/chance.ts';
import type { Clock, Timer } from '../../../common/clock.ts';
import type { TopicCounts } from '../../membership/topic-counts.ts';
import type { Cluster } from '../cluster.ts';
import type { ResponseOf } from '../protocol/api.ts';
import { isKafkaError, refusal } from '../protocol/error-codes.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import { anyNode } from '../transport.ts';
import { isUnavailable } from './coordinator-requests.ts';
import type { Attempt } from './until-answered.ts';
import { untilAnswered } from './until-answered.ts';

export interface WatchedTopicsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly lane: string;
  readonly retryTimeoutMs: number;
  readonly checkOpen: () => void;
}

/** How often the leader looks whether topics were created, deleted or given more partitions. */
const checkIntervalMs = 5_000;

type Topics = ResponseOf<typeof metadataApi>['topics'];

const zeroId = '00000000-0000-0000-0000-000000000000';

/** The partition counts that the leader of a group assigns by, always asked for: nothing here is from a cache. */
export class WatchedTopics implements TopicCounts {
  readonly #options: WatchedTopicsOptions;

  constructor(options: WatchedTopicsOptions) {
    this.#options = options;
  }

  async count(topics: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    const counts = new Map(Array.from(topics, (topic) => [topic, 0]));
    if (counts.size === 0) return counts;
    const { clock, chance, retryTimeoutMs: retryMs, checkOpen } = this.#options;
    const attempt = (): Promise<Attempt<Topics>> => this.#ask([...counts.keys()]);
    const topicsNow = await untilAnswered(attempt, { clock, chance, retryMs, checkOpen });
    for (const { name, errorCode, partitions } of topicsNow) {
      if (name === null || isKafkaError(errorCode, 'UNKNOWN_TOPIC_OR_PARTITION')) continue;
      if (errorCode !== 0 && !isKafkaError(errorCode, 'LEADER_NOT_AVAILABLE')) {
        throw refusal(errorCode, `Metadata of topic ${name}`, { context: { topic: name } });
      }
      counts.set(name, partitions.length);
    }
    return counts;
  }

  watch(listener: () => void): () => void {
    const { clock } = this.#options;
    let timer: Timer;
    const wait = (): void => {
      timer = clock.schedule(checkIntervalMs, () => {
        listener();
        wait();
      });
    };
    wait();
    return () => timer.cancel();
  }

  async #ask(names: readonly string[]): Promise<Attempt<Topics>> {
    const { cluster, lane } = this.#options;
    const request = { topics: names.map((name) => ({ name, topicId: zeroId })), allowAutoTopicCreation: false };
    try {
      const { response } = await cluster.call(anyNode, metadataApi, request, { lane });
      return { value: response.topics };
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return { unavailable: error };
    }
  }
}
