import type { GroupMetadata, OffsetCommit } from '../../../broker/group-consumer.ts';
import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { sleep } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { Answer, Cluster, CoordinatorKind } from '../cluster.ts';
import { addOffsetsToTxnApi } from '../protocol/add-offsets-to-txn-api.ts';
import { addPartitionsToTxnApi } from '../protocol/add-partitions-to-txn-api.ts';
import type { Api } from '../protocol/api.ts';
import { endTxnApi } from '../protocol/end-txn-api.ts';
import { initProducerIdApi } from '../protocol/init-producer-id-api.ts';
import { txnOffsetCommitApi } from '../protocol/txn-offset-commit-api.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import { backoffMs } from '../retry-backoff.ts';
import { anyNode } from '../transport.ts';
import { byTopic } from './by-topic.ts';
import { coordinatorVerdict, decisiveError } from './coordinator-verdict.ts';
import { KafkaRefusal } from './kafka-refusal.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import { isTransient, unanswered } from './unanswered.ts';

export interface CoordinatorRequestsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Null for a producer that is only idempotent. */
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How long a request is tried again. */
  readonly deliveryTimeoutMs: number;
  readonly backoff: RetryBackoff;
}

/** One question to a coordinator. It must mean the same when it is asked twice. */
interface Question<Request, Response> {
  readonly api: Api<Request, Response>;
  readonly request: Request;
  /** Whom to ask; null when any broker will do. */
  readonly coordinator: { readonly kind: CoordinatorKind; readonly key: string } | null;
  readonly maxVersion: number;
  readonly errorOf: (response: Response) => number;
}

/** What a producer asks the coordinators: its identity, and what belongs to its transaction. */
export class CoordinatorRequests {
  readonly #options: CoordinatorRequestsOptions;
  #isClosed = false;
  /** An attempt since the last reset was not answered: it may yet arrive. */
  #hasStray = false;

  constructor(options: CoordinatorRequestsOptions) {
    this.#options = options;
  }

  /** Whether a request that was not answered could yet arrive at a coordinator. */
  get hasStray(): boolean {
    return this.#hasStray;
  }

  /** Ends what is being tried again. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Gets an identity. That of a transactional producer fences its predecessors and ends what they left open.
   *
   * @param current given, only the epoch is raised, and nobody else may have raised it before (KIP-360)
   */
  async initProducerId(current: ProducerIdentity | null): Promise<ProducerIdentity> {
    const { transactionalId, transactionTimeoutMs } = this.#options;
    const response = await this.#ask({
      api: initProducerIdApi,
      request: {
        transactionalId,
        transactionTimeoutMs,
        producerId: current?.producerId ?? -1,
        producerEpoch: current?.producerEpoch ?? -1,
      },
      coordinator: transactionalId === null ? null : { kind: 'transaction', key: transactionalId },
      maxVersion: 5,
      errorOf: ({ errorCode }) => errorCode,
    });
    // Requests in the name of earlier epochs are refused from now on.
    this.#hasStray = false;
    return { producerId: response.producerId, producerEpoch: response.producerEpoch };
  }

  /** Makes partitions part of the transaction (v1). */
  async addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    const key = this.#transactionalId;
    const topics = byTopic(partitions, (partition) => partition);
    await this.#ask({
      api: addPartitionsToTxnApi,
      request: {
        v3AndBelowTransactionalId: key,
        v3AndBelowProducerId: identity.producerId,
        v3AndBelowProducerEpoch: identity.producerEpoch,
        v3AndBelowTopics: topics.map(({ name, items }) => ({ name, partitions: items.map((item) => item.partition) })),
      },
      coordinator: { kind: 'transaction', key },
      maxVersion: 3,
      errorOf: ({ resultsByTopicV3AndBelow }) =>
        decisiveError(
          resultsByTopicV3AndBelow.flatMap((topic) => topic.resultsByPartition.map((one) => one.partitionErrorCode)),
        ),
    });
  }

  /** Makes the offsets of a group part of the transaction (v1). */
  async addOffsets(identity: ProducerIdentity, groupId: string): Promise<void> {
    const key = this.#transactionalId;
    await this.#ask({
      api: addOffsetsToTxnApi,
      request: { transactionalId: key, ...identity, groupId },
      coordinator: { kind: 'transaction', key },
      maxVersion: 4,
      errorOf: ({ errorCode }) => errorCode,
    });
  }

  /** Keeps offsets of a group for the transaction. From version 5 on that makes them part of it. */
  async commitOffsets(
    identity: ProducerIdentity,
    { offsets, group, isV2 }: { offsets: readonly OffsetCommit[]; group: GroupMetadata; isV2: boolean },
  ): Promise<void> {
    const topics = byTopic(offsets, ({ topicPartition }) => topicPartition);
    await this.#ask({
      api: txnOffsetCommitApi,
      request: {
        transactionalId: this.#transactionalId,
        ...identity,
        ...group,
        topics: topics.map(({ name, items }) => ({ name, partitions: items.map(wireOffset) })),
      },
      coordinator: { kind: 'group', key: group.groupId },
      maxVersion: isV2 ? 5 : 4,
      errorOf: (response) =>
        decisiveError(response.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))),
    });
  }

  /** Ends the transaction of this identity. @returns who the producer is from now on */
  async end(
    identity: ProducerIdentity,
    { isCommit, isV2 }: { isCommit: boolean; isV2: boolean },
  ): Promise<ProducerIdentity> {
    const key = this.#transactionalId;
    const { producerId, producerEpoch } = await this.#ask({
      api: endTxnApi,
      request: { transactionalId: key, ...identity, committed: isCommit },
      coordinator: { kind: 'transaction', key },
      maxVersion: isV2 ? 5 : 4,
      errorOf: ({ errorCode }) => errorCode,
    });
    if (!isV2) return identity;
    this.#hasStray = false;
    return { producerId, producerEpoch };
  }

  get #transactionalId(): string {
    return this.#options.transactionalId ?? '';
  }

  #named({ name }: { readonly name: string }): string {
    return `${name} of ${this.#options.transactionalId ?? 'an idempotent producer'}`;
  }

  /**
   * Asks until there is an answer that decides.
   *
   * @throws KafkaRefusal, or BROKER_UNAVAILABLE when the time is over: the outcome is unknown then
   */
  async #ask<Request, Response>(question: Question<Request, Response>): Promise<Response> {
    const { clock, chance, backoff, deliveryTimeoutMs } = this.#options;
    const { api, coordinator } = question;
    const deadlineMs = clock.monotonic() + deliveryTimeoutMs;
    for (let failures = 1; ; failures++) {
      const attempt = await this.#attempt(question);
      if ('response' in attempt) return attempt.response;
      if (!attempt.mayRetry) throw attempt.error;
      if (this.#isClosed) throw new StreamsError('CLOSED', `the producer was closed before ${api.name} was answered`);
      if (coordinator !== null && attempt.isStale)
        this.#options.cluster.forgetCoordinator(coordinator.kind, coordinator.key);
      const delayMs = backoffMs(backoff, failures, chance);
      if (clock.monotonic() + delayMs > deadlineMs) {
        throw unanswered(this.#named(api), deliveryTimeoutMs, attempt.error);
      }
      await sleep(clock, delayMs);
    }
  }

  async #attempt<Request, Response>(question: Question<Request, Response>): Promise<Attempt<Response>> {
    const { api, errorOf } = question;
    const node = await this.#nodeFor(question.coordinator);
    try {
      const { response } = await this.#call(node, question);
      const errorNumber = errorOf(response);
      if (errorNumber === 0) return { response };
      const verdict = coordinatorVerdict(errorNumber);
      const error = new KafkaRefusal(errorNumber, this.#named(api));
      return { error, mayRetry: verdict === 'retry' || verdict === 'moved', isStale: verdict === 'moved' };
    } catch (error) {
      return { error, mayRetry: isTransient(error), isStale: true };
    }
  }

  /** Who is to be asked. A lookup is tried again for all of the retry time by itself: what it fails with is final. */
  async #nodeFor(coordinator: Question<never, never>['coordinator']): Promise<number> {
    if (coordinator === null) return anyNode;
    return this.#options.cluster.coordinator(coordinator.kind, coordinator.key);
  }

  async #call<Request, Response>(
    node: number,
    { api, request, maxVersion }: Question<Request, Response>,
  ): Promise<Answer<Response>> {
    const { cluster, requestTimeoutMs } = this.#options;
    try {
      return await cluster.call(node, api, request, { lane: 'transaction', timeoutMs: requestTimeoutMs, maxVersion });
    } catch (error) {
      this.#hasStray = true;
      throw error;
    }
  }
}

type Attempt<Response> =
  | { readonly response: Response }
  | { readonly error: unknown; readonly mayRetry: boolean; readonly isStale: boolean };

const wireOffset = ({ topicPartition, offset, leaderEpoch, metadata }: OffsetCommit) => ({
  partitionIndex: topicPartition.partition,
  committedOffset: offset,
  committedLeaderEpoch: leaderEpoch,
  committedMetadata: metadata,
});
