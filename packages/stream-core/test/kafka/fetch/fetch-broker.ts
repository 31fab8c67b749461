import type { Cluster, PartitionLeader } from '../../../src/adapters/kafka/cluster.ts';
import type { Api, RequestOf, ResponseOf } from '../../../src/adapters/kafka/protocol/api.ts';
import { fetchApi } from '../../../src/adapters/kafka/protocol/fetch-api.ts';
import { listOffsetsApi } from '../../../src/adapters/kafka/protocol/list-offsets-api.ts';
import { PartitionLog } from '../../../src/adapters/memory/log/partition-log.ts';
import { resolveTopicConfig } from '../../../src/adapters/memory/log/topic-config.ts';
import type { RecordBatch } from '../../../src/broker/record-batch.ts';
import type { TopicPartition } from '../../../src/common/topic-partition.ts';
import { topicPartitionKey } from '../../../src/common/topic-partition.ts';
import { StreamsError } from '../../../src/errors/streams-error.ts';
import type { ManualClock } from '../../../src/testing/manual-clock.ts';
import type { FetchRequest, PartitionRequest, Session } from './broker-sessions.ts';
import { BrokerSessions } from './broker-sessions.ts';
import type { FetchedPartitionAnswer, Hosted, WrittenPartition } from './hosted-partition.ts';

type FetchResponse = ResponseOf<typeof fetchApi>;
type ListRequest = RequestOf<typeof listOffsetsApi>;

/** What was asked of which node. */
export interface SentFetch {
  readonly node: number;
  readonly request: FetchRequest;
}

const topicIdOf = (topic: string, generation: number): string =>
  `00000000-0000-0000-000${generation}-${Buffer.from(topic).toString('hex').padStart(12, '0').slice(-12)}`;

/**
 * Brokers as a fetcher sees them: they answer Fetch in sessions (KIP-227) and ListOffsets from logs in memory, wait for
 * data on the clock, and fail as they are told to. The cluster in front of them knows only what it was made to look up.
 */
export class FetchBroker implements Cluster {
  readonly fetches: SentFetch[] = [];
  /** Errors of the next calls, one each; null lets a call through. */
  readonly failures: (Error | null)[] = [];
  /** The error number of the next fetch answers as a whole. */
  readonly sessionErrors: number[] = [];
  version = 17;
  inFlight = 0;
  mostInFlight = 0;
  readonly #clock: ManualClock;
  readonly #hosted = new Map<string, Hosted>();
  readonly #known = new Map<string, PartitionLeader>();
  readonly #sessions = new BrokerSessions();
  readonly #generations = new Map<string, number>();
  readonly #appended = new Set<() => void>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  host(topic: string, partition: number, nodeId = 1): TopicPartition {
    const topicPartition = { topic, partition };
    const log = new PartitionLog(topicPartition, resolveTopicConfig({ 'max.message.bytes': '100000000' }, {}), {
      clock: this.#clock,
      maxSegmentBytes: 1_000_000,
      retentionCheckIntervalMs: 300_000,
      validateRecords: false,
    });
    const hosted = { topicPartition, log, leader: { nodeId, leaderEpoch: 0 }, answers: [], damage: null };
    this.#hosted.set(topicPartitionKey(topicPartition), hosted);
    return topicPartition;
  }

  hosted(partition: TopicPartition): Hosted {
    const hosted = this.#hosted.get(topicPartitionKey(partition));
    if (hosted === undefined) throw new Error(`nobody hosts ${topicPartitionKey(partition)}`);
    return hosted;
  }

  append(partition: TopicPartition, ...batches: readonly RecordBatch[]): void {
    for (const batch of batches) this.hosted(partition).log.append(batch);
    this.wake();
  }

  wake(): void {
    for (const wake of [...this.#appended]) wake();
  }

  /** Another node leads from now on; nobody is told. */
  moveLeader(partition: TopicPartition, nodeId: number): void {
    const hosted = this.hosted(partition);
    hosted.leader = { nodeId, leaderEpoch: hosted.leader.leaderEpoch + 1 };
    this.wake();
  }

  deleteTopic(topic: string): void {
    for (const [key, { topicPartition }] of this.#hosted) if (topicPartition.topic === topic) this.#hosted.delete(key);
    this.#generations.set(topic, (this.#generations.get(topic) ?? 0) + 1);
    this.wake();
  }

  loseSessions(): void {
    this.#sessions.lose();
  }

  /** Gives out no session any more. */
  refuseSessions(): void {
    this.#sessions.hasRoom = false;
  }

  async partitionCount(): Promise<number | null> {
    return null;
  }

  async topicId(topic: string): Promise<string> {
    return topicIdOf(topic, this.#generations.get(topic) ?? 0);
  }

  topicName(): string | null {
    return null;
  }

  async leader(partition: TopicPartition): Promise<PartitionLeader | null> {
    const key = topicPartitionKey(partition);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hosted = this.#hosted.get(key);
    if (hosted === undefined) throw new StreamsError('UNKNOWN_TOPIC_OR_PARTITION', `there is no ${key}`);
    this.#known.set(key, hosted.leader);
    return hosted.leader;
  }

  knownLeader(partition: TopicPartition): PartitionLeader | null {
    return this.#known.get(topicPartitionKey(partition)) ?? null;
  }

  learnLeader(partition: TopicPartition, leader: PartitionLeader): void {
    this.#known.set(topicPartitionKey(partition), leader);
  }

  forgetLeader(partition: TopicPartition): void {
    this.#known.delete(topicPartitionKey(partition));
  }

  async coordinator(): Promise<number> {
    throw new Error('a fetcher needs no coordinator');
  }

  forgetCoordinator(): void {}

  async controller(): Promise<number> {
    throw new Error('a fetcher needs no controller');
  }

  async feature(): Promise<number> {
    return 0;
  }

  async call<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    request: Request | ((version: number) => Request),
  ): Promise<{ response: Response; version: number }> {
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      const failure = this.failures.shift() ?? null;
      if (failure !== null) throw failure;
      const version = api.name === 'Fetch' ? this.version : api.maxVersion;
      const written = typeof request === 'function' ? (request as (version: number) => Request)(version) : request;
      const answer =
        api.name === 'Fetch'
          ? await this.#fetch(node, written as FetchRequest)
          : this.#listOffsets(node, written as ListRequest);
      return { response: answer as Response, version };
    } finally {
      this.inFlight--;
    }
  }

  #listOffsets(node: number, { topics }: ListRequest): ResponseOf<typeof listOffsetsApi> {
    const answers = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => {
        const { log, leader } = this.hosted({ topic: name, partition: partitionIndex });
        if (leader.nodeId !== node) return { partitionIndex, errorCode: 6 };
        return { partitionIndex, errorCode: 0, offset: timestamp === -2 ? log.logStartOffset : log.logEndOffset };
      }),
    }));
    return listOffsetsApi.receivedResponse({ topics: answers }, listOffsetsApi.maxVersion);
  }

  async #fetch(node: number, request: FetchRequest): Promise<FetchResponse> {
    this.fetches.push({ node, request });
    const error = this.sessionErrors.shift();
    if (error !== undefined) return this.#respond({ errorCode: error, responses: [] });
    const session = this.#sessions.open(request);
    if (typeof session === 'number') return this.#respond({ errorCode: session, responses: [] });
    const deadline = this.#clock.monotonic() + request.maxWaitMs;
    for (;;) {
      const tell: (() => void)[] = [];
      const responses = this.#read({ node, request, tell }, session.state);
      const hasNews = responses.some(({ partitions }) =>
        partitions.some((each) => each.errorCode !== 0 || each.records !== null || each.divergingEpoch !== undefined),
      );
      const left = deadline - this.#clock.monotonic();
      if (hasNews || left <= 0) {
        for (const told of tell) told();
        return this.#respond({ errorCode: 0, sessionId: session.id, responses });
      }
      await this.#wait(left);
    }
  }

  #respond(response: Parameters<typeof fetchApi.receivedResponse>[0]): FetchResponse {
    return fetchApi.receivedResponse(response, this.version);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#appended.delete(end);
        resolve();
      };
      const timer = this.#clock.schedule(delayMs, end);
      this.#appended.add(end);
    });
  }

  #read({ node, request, tell }: SentFetch & { readonly tell: (() => void)[] }, session: Session) {
    let left = request.maxBytes ?? 0;
    const responses: { topic: string; topicId: string; partitions: WrittenPartition[] }[] = [];
    for (const [name, entry] of [...session.partitions]) {
      const hosted = [...this.#hosted.values()].find(({ topicPartition }) => this.#nameOf(topicPartition) === name);
      const answer = this.answer(node, hosted, {
        ...entry.request,
        left,
        isFirst: left === request.maxBytes,
        isCommitted: request.isolationLevel === 1,
      });
      const told = `${answer.highWatermark}-${answer.logStartOffset}`;
      const isSilent =
        answer.errorCode === 0 && answer.records === null && answer.divergingEpoch === undefined && told === entry.told;
      if (isSilent) continue;
      tell.push(() => {
        entry.told = told;
      });
      if (answer.records !== null) {
        left = Math.max(0, left - answer.records.length);
        session.partitions.delete(name);
        session.partitions.set(name, entry);
      }
      const topic = this.version < 13 ? (hosted?.topicPartition.topic ?? '') : '';
      responses.push({ topic, topicId: entry.topicId, partitions: [answer] });
    }
    return responses;
  }

  #nameOf({ topic, partition }: TopicPartition): string {
    return `${topicIdOf(topic, this.#generations.get(topic) ?? 0)}-${partition}`;
  }

  /** One partition's part of an answer, as a written message. */
  answer(node: number, hosted: Hosted | undefined, asked: AskedOfBroker): WrittenPartition {
    const nothing = {
      partitionIndex: asked.partition,
      errorCode: 0,
      highWatermark: -1,
      abortedTransactions: null,
      records: null,
    };
    if (hosted === undefined) return { ...nothing, errorCode: 100 };
    const { log, leader } = hosted;
    const ends = {
      highWatermark: log.logEndOffset,
      lastStableOffset: log.lastStableOffset,
      logStartOffset: log.logStartOffset,
    };
    const scripted = hosted.answers.shift();
    if (scripted !== undefined) return { ...nothing, ...ends, ...scripted };
    if (leader.nodeId !== node) return { ...nothing, errorCode: 6 };
    if (asked.currentLeaderEpoch !== leader.leaderEpoch) return { ...nothing, errorCode: 74 };
    const isThere = asked.fetchOffset >= log.logStartOffset && asked.fetchOffset <= log.logEndOffset;
    if (!isThere) return { ...nothing, errorCode: 1 };
    return { ...nothing, ...ends, ...this.#records(hosted, asked) };
  }

  #records({ log, damage }: Hosted, asked: AskedOfBroker): FetchedPartitionAnswer {
    const maxBytes = Math.min(asked.partitionMaxBytes, asked.left);
    const isolationLevel = asked.isCommitted ? 'read_committed' : 'read_uncommitted';
    const slice = log.read(asked.fetchOffset, isolationLevel, Math.max(maxBytes, 1));
    const size = slice.batches.reduce((sum, batch) => sum + batch.sizeInBytes, 0);
    if (slice.batches.length === 0 || (size > maxBytes && !asked.isFirst)) return {};
    const bytes = Buffer.concat(slice.batches.map((batch) => batch.bytes));
    const damaged = damage === null ? bytes : damage(bytes);
    const abortedTransactions = slice.aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
    return { abortedTransactions, records: damaged.length === 0 ? null : damaged };
  }
}

/** What a request asks of a partition, and how much of it may be answered. */
type AskedOfBroker = PartitionRequest & {
  readonly left: number;
  /** The first partition of an answer may have a batch beyond the limit. */
  readonly isFirst: boolean;
  readonly isCommitted: boolean;
};
