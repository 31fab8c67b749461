import type { Answer, CallOptions, Cluster, PartitionLeader } from '../../src/adapters/kafka/cluster.ts';
import { addOffsetsToTxnApi } from '../../src/adapters/kafka/protocol/add-offsets-to-txn-api.ts';
import { addPartitionsToTxnApi } from '../../src/adapters/kafka/protocol/add-partitions-to-txn-api.ts';
import type { Api, RequestOf, ResponseOf } from '../../src/adapters/kafka/protocol/api.ts';
import { endTxnApi } from '../../src/adapters/kafka/protocol/end-txn-api.ts';
import type { KafkaErrorName } from '../../src/adapters/kafka/protocol/error-codes.ts';
import { kafkaErrors } from '../../src/adapters/kafka/protocol/error-codes.ts';
import { initProducerIdApi } from '../../src/adapters/kafka/protocol/init-producer-id-api.ts';
import { produceApi } from '../../src/adapters/kafka/protocol/produce-api.ts';
import { txnOffsetCommitApi } from '../../src/adapters/kafka/protocol/txn-offset-commit-api.ts';
import type { Clock } from '../../src/common/clock.ts';
import { sleep } from '../../src/common/clock.ts';
import type { TopicPartition } from '../../src/common/topic-partition.ts';
import { topicPartitionKey } from '../../src/common/topic-partition.ts';
import { StreamsError } from '../../src/errors/streams-error.ts';
import { ProduceLog } from './produce-log.ts';

interface ScriptedError {
  readonly error: KafkaErrorName;
  /** The only partition that meets it, as `topic-partition`; absent: all of the request. */
  readonly key?: string;
  /** Who leads the partition now, as the answer says (KIP-951). */
  readonly leader?: number;
}

/** What happens to a request: it gets lost, its answer does, or the broker answers an error and does nothing. */
export type ProduceFault = 'lost' | 'answer lost' | ScriptedError;

interface SeenRequest {
  readonly api: string;
  readonly node: number;
  readonly version: number;
  readonly request: unknown;
}

const errorNumber = (name: KafkaErrorName): number => kafkaErrors[name].number;

/**
 * The cluster of a producer under test: two nodes, 1 and 2, with logs that check sequences as Kafka's do. A request
 * takes a millisecond each way, and meets what the test says.
 */
export class ProduceCluster implements Cluster {
  readonly seen: SeenRequest[] = [];
  readonly #clock: Clock;
  readonly #transactionVersion: number;
  readonly #leaders = new Map<string, number>();
  readonly #known = new Map<string, PartitionLeader>();
  readonly #logs = new Map<string, ProduceLog>();
  readonly #faults = new Map<string, ProduceFault[]>();
  #producerId = 100;
  #producerEpoch = -1;

  constructor(clock: Clock, transactionVersion = 2) {
    this.#clock = clock;
    this.#transactionVersion = transactionVersion;
  }

  /** The next requests of an api meet these, one each. */
  script(api: string, ...faults: readonly ProduceFault[]): void {
    this.#faults.set(api, [...faults]);
  }

  log(partition: TopicPartition): ProduceLog {
    const key = topicPartitionKey(partition);
    const log = this.#logs.get(key) ?? new ProduceLog();
    this.#logs.set(key, log);
    return log;
  }

  /** Another node leads from now on; the client does not know. */
  move(partition: TopicPartition, node: number): void {
    this.#leaders.set(topicPartitionKey(partition), node);
  }

  /** The requests of an api, in the order in which they were sent. */
  requests(api: string): readonly SeenRequest[] {
    return this.seen.filter((request) => request.api === api);
  }

  /** The coordinator goes on with another producer id, as when the epochs of one are used up. */
  changeProducerId(): void {
    this.#producerId++;
    this.#producerEpoch = -1;
  }

  async leader(partition: TopicPartition): Promise<PartitionLeader | null> {
    await sleep(this.#clock, 1);
    if (partition.topic === 'missing') throw new StreamsError('UNKNOWN_TOPIC_OR_PARTITION', 'there is no such topic');
    const leader = { nodeId: this.#leaderOf(topicPartitionKey(partition)), leaderEpoch: 0 };
    this.#known.set(topicPartitionKey(partition), leader);
    return leader;
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

  async call<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    request: Request | ((version: number) => Request),
    options: CallOptions,
  ): Promise<Answer<Response>> {
    const version = Math.min(api.maxVersion, options.maxVersion ?? api.maxVersion);
    const fault = this.#faults.get(api.name)?.shift() ?? null;
    this.seen.push({ api: api.name, node, version, request });
    await sleep(this.#clock, 1);
    if (fault === 'lost') throw await this.#lost(options);
    const response = this.#answer(node, api.name, request, fault === 'answer lost' ? null : fault);
    if (fault === 'answer lost') throw await this.#lost(options);
    await sleep(this.#clock, 1);
    return { response: response as Response, version };
  }

  async feature(name: string): Promise<number> {
    return name === 'transaction.version' ? this.#transactionVersion : 0;
  }

  async coordinator(): Promise<number> {
    return 1;
  }

  forgetCoordinator(): void {}

  async controller(): Promise<number> {
    return 1;
  }

  async partitionCount(): Promise<number> {
    return 2;
  }

  async topicId(): Promise<string> {
    return '';
  }

  topicName(): null {
    return null;
  }

  async #lost({ timeoutMs = 0 }: CallOptions): Promise<StreamsError> {
    await sleep(this.#clock, timeoutMs);
    return new StreamsError('BROKER_UNAVAILABLE', 'no answer, as it was told to');
  }

  #leaderOf(key: string): number {
    return this.#leaders.get(key) ?? 1;
  }

  #answer(node: number, api: string, request: unknown, fault: ScriptedError | null): unknown {
    const errorCode = fault === null ? 0 : errorNumber(fault.error);
    switch (api) {
      case 'Produce':
        return this.#produce(node, request as RequestOf<typeof produceApi>, fault);
      case 'InitProducerId':
        if (fault === null) this.#producerEpoch++;
        return initProducerIdApi.receivedResponse({ errorCode, ...this.#identity }, 5);
      case 'EndTxn':
        if (fault === null && this.#transactionVersion >= 2) this.#producerEpoch++;
        return endTxnApi.receivedResponse({ errorCode, ...this.#identity }, 5);
      case 'AddOffsetsToTxn':
        return addOffsetsToTxnApi.receivedResponse({ errorCode }, 4);
      case 'AddPartitionsToTxn':
        return this.#added(request as RequestOf<typeof addPartitionsToTxnApi>, errorCode);
      default:
        return this.#committed(request as RequestOf<typeof txnOffsetCommitApi>, errorCode);
    }
  }

  get #identity() {
    return { producerId: this.#producerId, producerEpoch: this.#producerEpoch };
  }

  #added({ v3AndBelowTopics }: RequestOf<typeof addPartitionsToTxnApi>, partitionErrorCode: number): unknown {
    const resultsByTopicV3AndBelow = v3AndBelowTopics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode })),
    }));
    return addPartitionsToTxnApi.receivedResponse({ resultsByTopicV3AndBelow }, 3);
  }

  #committed({ topics }: RequestOf<typeof txnOffsetCommitApi>, errorCode: number): unknown {
    const answers = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    }));
    return txnOffsetCommitApi.receivedResponse({ topics: answers }, 5);
  }

  #produce(
    node: number,
    { topicData }: RequestOf<typeof produceApi>,
    fault: ScriptedError | null,
  ): ResponseOf<typeof produceApi> {
    const responses = topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => {
        const partition = { topic: name, partition: index };
        const isHit = fault !== null && (fault.key ?? topicPartitionKey(partition)) === topicPartitionKey(partition);
        const answer = isHit
          ? { errorCode: errorNumber(fault.error), baseOffset: -1 }
          : this.#append(node, partition, records);
        const currentLeader = { leaderId: (isHit ? fault.leader : null) ?? -1, leaderEpoch: 1 };
        return { index, recordErrors: [], currentLeader, ...answer };
      }),
    }));
    return produceApi.receivedResponse({ responses }, 12);
  }

  #append(node: number, partition: TopicPartition, records: Uint8Array | null) {
    if (this.#leaderOf(topicPartitionKey(partition)) !== node || records === null) {
      return { errorCode: errorNumber('NOT_LEADER_OR_FOLLOWER'), baseOffset: -1 };
    }
    const { error, baseOffset } = this.log(partition).append(records);
    return { errorCode: error === null ? 0 : errorNumber(error), baseOffset };
  }
}
