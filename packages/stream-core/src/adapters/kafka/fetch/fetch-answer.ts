import { asBuffer } from '../../../common/bytes.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { ResponseOf } from '../protocol/api.ts';
import type { KafkaErrorName } from '../protocol/error-codes.ts';
import { isKafkaError, kafkaError, refusal } from '../protocol/error-codes.ts';
import type { fetchApi } from '../protocol/fetch-api.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { FetchSettings } from './fetch-options.ts';
import type { FetchSession, PartitionEnds, PartitionFetch } from './fetch-session.ts';
import { partitionError, tryLater } from './partition-trouble.ts';
import { checkRange, outOfRange } from './range-check.ts';

export type FetchResponse = ResponseOf<typeof fetchApi>;
type PartitionAnswer = FetchResponse['responses'][number]['partitions'][number];

/** A partition that a request asks for, in the version that it had then. */
export interface AskedPartition {
  readonly partition: AssignedPartition;
  readonly version: number;
  readonly fetch: PartitionFetch;
}

/** Errors that pass without being retriable in the sense of the protocol: Java's consumer waits them out too. */
const alsoPassing: readonly KafkaErrorName[] = ['UNKNOWN_SERVER_ERROR', 'BROKER_NOT_AVAILABLE'];

/** What one node answered, brought to the partitions that were asked for. */
export class FetchAnswer {
  readonly #settings: FetchSettings;
  readonly #session: FetchSession;
  readonly #asked = new Map<string, AskedPartition>();
  /** True when it brought records. */
  hasRecords = false;

  constructor(settings: FetchSettings, session: FetchSession, asked: readonly AskedPartition[]) {
    this.#settings = settings;
    this.#session = session;
    for (const each of asked) this.#asked.set(each.partition.key, each);
  }

  /** Hands the answers out. @returns what to wait for before those partitions can be fetched again */
  deliver({ responses }: FetchResponse): Promise<void>[] {
    const waits: Promise<void>[] = [];
    for (const topic of responses) {
      for (const answer of topic.partitions) {
        const fetch = this.#session.find(topic, answer.partitionIndex);
        const asked = fetch === null ? undefined : this.#takeAsked(fetch);
        if (asked !== undefined) waits.push(...this.#deliverOne(asked, answer));
      }
    }
    // A partition without news is left out of the answer: there is nothing behind its position.
    for (const asked of this.#asked.values()) {
      const ends = this.#session.ends(asked.fetch);
      if (ends !== null) this.#receive(asked, ends, null);
    }
    return waits;
  }

  #takeAsked(fetch: PartitionFetch): AskedPartition | undefined {
    const key = topicPartitionKey(fetch);
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    return asked;
  }

  #deliverOne(asked: AskedPartition, answer: PartitionAnswer): Promise<void>[] {
    const { partition, version, fetch } = asked;
    const { errorCode, divergingEpoch } = answer;
    if (errorCode === 0) this.#session.learnEnds(fetch, answer);
    if (partition.version !== version) return [];
    if (errorCode === 0 && divergingEpoch.epoch < 0) this.#receive(asked, answer, answer);
    else if (partition.hasData) partition.isHeldBack = true;
    else if (errorCode === 0) partition.fail(this.#truncated(partition, answer));
    else if (isKafkaError(errorCode, 'OFFSET_OUT_OF_RANGE')) return [checkRange(partition, this.#settings)];
    else this.#refused(asked, answer);
    return [];
  }

  #receive({ partition, version }: AskedPartition, ends: PartitionEnds, answer: PartitionAnswer | null): void {
    if (partition.version !== version) return;
    const isCommitted = this.#settings.isolationLevel === 'read_committed';
    const endOffset = isCommitted ? ends.lastStableOffset : ends.highWatermark;
    const records = answer?.records === null || answer === null ? null : asBuffer(answer.records);
    if (records !== null && records.length > 0) this.hasRecords = true;
    try {
      partition.receive({ records, aborted: (isCommitted ? answer?.abortedTransactions : null) ?? [], endOffset });
    } catch (error) {
      partition.fail(partition.located(error));
    }
  }

  /** The leader has another history than the one that was read: the records before the position are gone. */
  #truncated(partition: AssignedPartition, answer: PartitionAnswer): Error {
    const { divergingEpoch, logStartOffset, highWatermark } = answer;
    const range = { start: Math.max(logStartOffset, 0), end: highWatermark };
    const why =
      `the log was cut off: the records before the position are of leader epoch ${partition.lastFetchedEpoch}, ` +
      `and epoch ${divergingEpoch.epoch} of the log ends at ${divergingEpoch.endOffset}`;
    return outOfRange(partition, range, why);
  }

  /** A topic that is really missing shows when its leader is looked up again. */
  #refused({ partition, fetch }: AskedPartition, answer: PartitionAnswer): void {
    const { errorCode } = answer;
    const { topic, partition: number } = partition.topicPartition;
    if (isKafkaError(errorCode, 'NOT_LEADER_OR_FOLLOWER', 'FENCED_LEADER_EPOCH')) {
      this.#followLeader(partition, fetch, answer);
    } else if (isKafkaError(errorCode, 'CORRUPT_MESSAGE')) {
      const problem = `the broker finds its log damaged at offset ${fetch.fetchOffset}; seek past it to go on`;
      partition.fail(partitionError(partition, 'CORRUPT_BATCH', problem));
    } else if (kafkaError(errorCode).retriable || isKafkaError(errorCode, ...alsoPassing)) {
      this.#settings.cluster.forgetLeader(partition.topicPartition);
      tryLater(partition, this.#settings);
    } else {
      const context = { topic, partition: number, offset: fetch.fetchOffset };
      partition.fail(refusal(errorCode, `Fetch of ${partition.key} for ${this.#settings.clientId}`, { context }));
    }
  }

  /** The answer may name the new leader (KIP-951); then it is asked at once. */
  #followLeader(partition: AssignedPartition, fetch: PartitionFetch, { currentLeader }: PartitionAnswer): void {
    const { cluster } = this.#settings;
    const { leaderId: nodeId, leaderEpoch } = currentLeader;
    const isNewer = nodeId >= 0 && leaderEpoch > fetch.currentLeaderEpoch;
    if (isNewer) cluster.learnLeader(partition.topicPartition, { nodeId, leaderEpoch });
    else cluster.forgetLeader(partition.topicPartition);
    if (isNewer && partition.failures === 0) partition.failures++;
    else tryLater(partition, this.#settings);
  }
}
