import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { RetrySettings } from '../cluster/retry.ts';
import { isWorthRetrying, retrying } from '../cluster/retry.ts';
import type { Cluster, PartitionLeader } from '../cluster.ts';
import { isKafkaError, kafkaError, refusal } from '../protocol/error-codes.ts';

/** What the leader of a partition answered. */
export interface PartitionAnswer<Value> {
  readonly errorCode: number;
  readonly value: Value;
}

/** A partition that is asked for; `index` is its place among all that were asked for. */
export interface AskedPartition {
  readonly index: number;
  readonly partition: TopicPartition;
  readonly leader: PartitionLeader;
}

/** A request that the leaders of partitions answer, each for its own. */
export interface LeaderRequest<Value> {
  /** Kafka's name of the request. */
  readonly name: string;
  readonly partitions: readonly TopicPartition[];
  /** Asks one node, and gives the answers in the order of `asked`. */
  ask(nodeId: number, asked: readonly AskedPartition[]): Promise<readonly PartitionAnswer<Value>[]>;
}

const noLeader = (partition: TopicPartition): StreamsError =>
  new StreamsError(
    'BROKER_UNAVAILABLE',
    `${topicPartitionKey(partition)} has no leader. Check that the brokers with its replicas are up.`,
    { context: partition },
  );

/** What is answered with these is asked again, of the leader that the metadata names then. */
const isAskedAgain = (errorCode: number): boolean =>
  kafkaError(errorCode).retriable || isKafkaError(errorCode, 'UNKNOWN_TOPIC_OR_PARTITION');

/** One request over many partitions. What is answered stays answered; the rest is tried again. */
class LeaderRun<Value> {
  readonly #cluster: Cluster;
  readonly #request: LeaderRequest<Value>;
  readonly #answers: ({ readonly value: Value } | null)[];

  constructor(cluster: Cluster, request: LeaderRequest<Value>) {
    this.#cluster = cluster;
    this.#request = request;
    this.#answers = request.partitions.map(() => null);
  }

  /** Asks for what is not answered yet. @throws the first error, when everybody was asked */
  async attempt(): Promise<Value[]> {
    const failures: unknown[] = [];
    const open = await this.#withLeaders(failures);
    const byNode = Map.groupBy(open, ({ leader }) => leader.nodeId);
    await Promise.all(Array.from(byNode, ([nodeId, asked]) => this.#askNode(nodeId, asked, failures)));
    if (failures.length > 0) throw failures.find((failure) => !isWorthRetrying(failure)) ?? failures[0];
    return this.#answers.flatMap((answer) => (answer === null ? [] : [answer.value]));
  }

  async #withLeaders(failures: unknown[]): Promise<AskedPartition[]> {
    const found = await Promise.all(
      this.#request.partitions.map(async (partition, index): Promise<AskedPartition | null> => {
        if (this.#answers[index] !== null) return null;
        try {
          const leader = await this.#cluster.leader(partition);
          if (leader === null) throw noLeader(partition);
          return { index, partition, leader };
        } catch (error) {
          failures.push(error);
          return null;
        }
      }),
    );
    return found.filter((asked) => asked !== null);
  }

  async #askNode(nodeId: number, asked: readonly AskedPartition[], failures: unknown[]): Promise<void> {
    try {
      const answers = await this.#request.ask(nodeId, asked);
      for (const [position, { index, partition }] of asked.entries()) {
        const answer = answers[position];
        if (answer === undefined) continue;
        if (answer.errorCode === 0) this.#answers[index] = { value: answer.value };
        else failures.push(this.#failure(partition, answer.errorCode));
      }
    } catch (error) {
      // A node that does not answer may not be the leader any more.
      for (const { partition } of asked) this.#cluster.forgetLeader(partition);
      failures.push(error);
    }
  }

  #failure(partition: TopicPartition, errorCode: number): StreamsError {
    const failure = refusal(errorCode, `${this.#request.name} of ${topicPartitionKey(partition)}`, {
      context: partition,
    });
    if (!isAskedAgain(errorCode)) return failure;
    this.#cluster.forgetLeader(partition);
    return isWorthRetrying(failure)
      ? failure
      : new StreamsError('BROKER_UNAVAILABLE', failure.message, { context: partition, cause: failure });
  }
}

/** Asks the leaders of partitions, again and again where that helps. @returns the values in the order asked for */
export const askLeaders = <Value>(
  cluster: Cluster,
  settings: RetrySettings,
  request: LeaderRequest<Value>,
): Promise<Value[]> => {
  const run = new LeaderRun(cluster, request);
  return retrying(settings, () => run.attempt());
};

/** Requests name a topic once, with its partitions. */
export const byTopic = <Item extends { readonly partition: TopicPartition }, Entry>(
  items: readonly Item[],
  entry: (item: Item) => Entry,
): { readonly name: string; readonly partitions: Entry[] }[] =>
  Array.from(
    Map.groupBy(items, ({ partition }) => partition.topic),
    ([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(entry),
    }),
  );

/** Finds the answer of each partition again; a broker that leaves one out did not answer it. */
export const inOrder = <Answered extends { readonly partitionIndex: number }>(
  asked: readonly AskedPartition[],
  topics: readonly { readonly name: string; readonly partitions: readonly Answered[] }[],
): Answered[] => {
  const byKey = new Map(
    topics.flatMap(({ name, partitions }) =>
      partitions.map((each) => [topicPartitionKey({ topic: name, partition: each.partitionIndex }), each] as const),
    ),
  );
  return asked.map(({ partition }) => {
    const answered = byKey.get(topicPartitionKey(partition));
    if (answered !== undefined) return answered;
    throw new StreamsError(
      'CORRUPT_MESSAGE',
      `An answer leaves out ${topicPartitionKey(partition)}. Check the broker.`,
    );
  });
};
