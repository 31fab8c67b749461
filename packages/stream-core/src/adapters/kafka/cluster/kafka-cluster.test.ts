import { expect, test } from 'vitest';

import { seededChance } from '../../../common/chance.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import type { Api, RequestOf } from '../protocol/api.ts';
import { findCoordinatorApi } from '../protocol/find-coordinator-api.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import type { BrokerNode, Transport } from '../transport.ts';
import { KafkaCluster } from './kafka-cluster.ts';

type MetadataRequest = RequestOf<typeof metadataApi>;
type Partitions = readonly (readonly [leader: number, epoch: number])[];

const noAnswer = new StreamsError('BROKER_UNAVAILABLE', 'no answer');

/** Brokers that answer as the test has set them: what cannot be had from real ones at the right moment. */
class ScriptedTransport implements Transport {
  readonly asked: unknown[] = [];
  readonly learned = new Map<number, BrokerNode>();
  readonly topics = new Map<string, { id?: string; errorCode?: number; partitions: Partitions }>();
  /** Errors of the next coordinator lookups; then the group is at node 3. */
  coordinatorErrors: number[] = [];
  failures = 0;

  learn(nodes: readonly BrokerNode[]): void {
    for (const node of nodes) this.learned.set(node.nodeId, node);
  }

  async version(_: number, api: { maxVersion: number }): Promise<number> {
    return api.maxVersion;
  }

  async features(): Promise<ReadonlyMap<string, number>> {
    return new Map([['transaction.version', 2]]);
  }

  async request<Request, Response>(_: number, api: Api<Request, Response>, version: number, request: Request) {
    const name: string = api.name;
    const { topics } = request as MetadataRequest;
    this.asked.push(name === metadataApi.name ? topics?.map((topic) => topic.name) : request);
    await Promise.resolve();
    if (this.failures-- > 0) throw noAnswer;
    const answer =
      name === metadataApi.name
        ? metadataApi.receivedResponse(this.#metadata(topics ?? []), version)
        : findCoordinatorApi.receivedResponse(this.#coordinator(), version);
    return answer as Response;
  }

  async close(): Promise<void> {
    this.topics.clear();
  }

  #metadata(topics: NonNullable<MetadataRequest['topics']>) {
    return {
      brokers: [{ nodeId: 1, host: 'one', port: 1 }],
      controllerId: 1,
      topics: topics.map(({ name }) => {
        const {
          id = name ?? '',
          errorCode = 0,
          partitions,
        } = this.topics.get(name ?? '') ?? { errorCode: 3, partitions: [] };
        return {
          name,
          errorCode,
          topicId: id,
          partitions: partitions.map(([leaderId, leaderEpoch], partitionIndex) => ({
            errorCode: leaderId < 0 ? 5 : 0,
            partitionIndex,
            leaderId,
            leaderEpoch,
            replicaNodes: [],
            isrNodes: [],
            offlineReplicas: [],
          })),
        };
      }),
    };
  }

  #coordinator() {
    const errorCode = this.coordinatorErrors.shift() ?? 0;
    const coordinator = { key: 'g', nodeId: 3, host: 'three', port: 3, errorCode, errorMessage: null };
    return { coordinators: [coordinator] };
  }
}

const world = () => {
  const transport = new ScriptedTransport();
  const clock = new ManualClock();
  const cluster = new KafkaCluster({
    transport,
    clock,
    chance: seededChance(1),
    requestTimeoutMs: 1_000,
    retryTimeoutMs: 10_000,
    retryBackoffMs: 50,
    retryBackoffMaxMs: 1_000,
    metadataMaxAgeMs: 60_000,
  });
  return { transport, clock, cluster };
};

const at = (topic: string, partition = 0) => ({ topic, partition });

test('lookups of the same moment are one request, and what is known is not asked for', async () => {
  const { transport, cluster } = world();
  transport.topics
    .set('a', {
      partitions: [
        [1, 0],
        [2, 5],
      ],
    })
    .set('b', { partitions: [[2, 1]] });
  const found = await Promise.all([
    cluster.leader(at('a')),
    cluster.leader(at('a', 1)),
    cluster.leader(at('b')),
    cluster.topicId('b'),
    cluster.partitionCount('a'),
  ]);
  expect(found).toEqual([
    { nodeId: 1, leaderEpoch: 0 },
    { nodeId: 2, leaderEpoch: 5 },
    { nodeId: 2, leaderEpoch: 1 },
    'b',
    2,
  ]);
  expect(await cluster.leader(at('b'))).toEqual({ nodeId: 2, leaderEpoch: 1 });
  expect(transport.asked).toEqual([['a', 'b']]);
  expect(transport.learned.get(1)).toEqual({ nodeId: 1, host: 'one', port: 1 });
  expect(cluster.topicName('b')).toBe('b');
});

test('who asks while a lookup is under way waits for that one', async () => {
  const { transport, cluster } = world();
  transport.topics.set('a', { partitions: [[1, 0]] });
  const first = cluster.leader(at('a'));
  await Promise.resolve();
  await Promise.resolve();
  expect(transport.asked).toHaveLength(1);
  const second = cluster.leader(at('a'));
  expect(await second).toEqual(await first);
  expect(transport.asked).toHaveLength(1);
});

test('a leader that was forgotten is asked for, and an answer that knows less is not believed', async () => {
  const { transport, cluster } = world();
  transport.topics.set('a', { partitions: [[1, 4]] });
  await cluster.leader(at('a'));
  cluster.learnLeader(at('a'), { nodeId: 2, leaderEpoch: 5 });
  expect(cluster.knownLeader(at('a'))).toEqual({ nodeId: 2, leaderEpoch: 5 });
  cluster.learnLeader(at('a'), { nodeId: 1, leaderEpoch: 4 });
  expect(cluster.knownLeader(at('a'))).toEqual({ nodeId: 2, leaderEpoch: 5 });

  cluster.forgetLeader(at('a'));
  expect(cluster.knownLeader(at('a'))).toBeNull();
  expect(await cluster.leader(at('a'))).toBeNull();
  transport.topics.set('a', { partitions: [[3, 6]] });
  expect(await cluster.leader(at('a'))).toEqual({ nodeId: 3, leaderEpoch: 6 });
});

test('a topic that was deleted and made anew begins with its own epochs', async () => {
  const { transport, cluster } = world();
  transport.topics.set('a', {
    id: 'old',
    partitions: [
      [1, 9],
      [1, 9],
    ],
  });
  await cluster.leader(at('a'));
  transport.topics.set('a', { id: 'new', partitions: [[2, 0]] });
  cluster.forgetLeader(at('a'));
  expect(await cluster.leader(at('a'))).toEqual({ nodeId: 2, leaderEpoch: 0 });
  expect(await cluster.topicId('a')).toBe('new');
  expect(await cluster.partitionCount('a')).toBe(1);
  expect(cluster.topicName('old')).toBe('a');
});

test('a partition without a leader has none, and is asked for again', async () => {
  const { transport, cluster } = world();
  transport.topics.set('a', { partitions: [[-1, 3]] });
  expect(await cluster.leader(at('a'))).toBeNull();
  transport.topics.set('a', { partitions: [[1, 4]] });
  expect(await cluster.leader(at('a'))).toEqual({ nodeId: 1, leaderEpoch: 4 });
});

test('a topic that was just created is waited for; one that does not come is an error', async () => {
  const { transport, clock, cluster } = world();
  const leader = cluster.leader(at('a'));
  await clock.advance(300);
  transport.topics.set('a', { partitions: [[1, 0]] });
  expect(await clock.settle(leader)).toEqual({ nodeId: 1, leaderEpoch: 0 });

  const unknown = { code: 'UNKNOWN_TOPIC_OR_PARTITION', context: { topic: 'none', partition: 0 } };
  await expect(clock.settle(cluster.leader(at('none')), 2_000)).rejects.toMatchObject(unknown);
  await expect(clock.settle(cluster.leader(at('a', 1)), 2_000)).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    context: { topic: 'a', partition: 1 },
  });
  await expect(clock.settle(cluster.topicId('none'), 2_000)).rejects.toMatchObject({ context: { topic: 'none' } });
  expect(await cluster.partitionCount('none')).toBeNull();
});

test('a topic that the user may not see fails alone', async () => {
  const { transport, cluster } = world();
  transport.topics.set('a', { partitions: [[1, 0]] }).set('secret', { errorCode: 29, partitions: [] });
  const [a, secret] = await Promise.allSettled([cluster.leader(at('a')), cluster.leader(at('secret'))]);
  expect(a).toMatchObject({ value: { nodeId: 1 } });
  expect(secret).toMatchObject({ reason: { code: 'AUTHORIZATION_FAILED', context: { topic: 'secret' } } });
});

test('the count of a topic is asked for again when it has become old', async () => {
  const { transport, clock, cluster } = world();
  transport.topics.set('a', { partitions: [[1, 0]] });
  expect(await cluster.partitionCount('a')).toBe(1);
  transport.topics.set('a', {
    partitions: [
      [1, 0],
      [1, 0],
    ],
  });
  await clock.advance(59_999);
  expect(await cluster.partitionCount('a')).toBe(1);
  await clock.advance(1);
  expect(await cluster.partitionCount('a')).toBe(2);
});

test('lookups are tried again while no broker answers, with growing pauses, until the retry time is over', async () => {
  const { transport, clock, cluster } = world();
  transport.topics.set('a', { partitions: [[1, 0]] });
  transport.failures = 3;
  expect(await clock.settle(cluster.leader(at('a')))).toEqual({ nodeId: 1, leaderEpoch: 0 });
  expect(transport.asked).toHaveLength(4);

  transport.failures = Number.POSITIVE_INFINITY;
  const startedAt = clock.monotonic();
  await expect(clock.settle(cluster.topicId('b'))).rejects.toBe(noAnswer);
  const tookMs = clock.monotonic() - startedAt;
  expect(tookMs).toBeGreaterThan(8_000);
  expect(tookMs).toBeLessThanOrEqual(10_000);
  expect(transport.asked.length).toBeLessThan(4 + 25);
});

test('a coordinator is looked up once, again after a moment when it is not there yet, and again when it was forgotten', async () => {
  const { transport, clock, cluster } = world();
  transport.coordinatorErrors = [15, 14];
  const both = Promise.all([cluster.coordinator('group', 'g'), cluster.coordinator('group', 'g')]);
  expect(await clock.settle(both)).toEqual([3, 3]);
  expect(transport.asked).toHaveLength(3);
  expect(transport.learned.get(3)).toMatchObject({ host: 'three', port: 3 });
  await cluster.coordinator('group', 'g');
  expect(transport.asked).toHaveLength(3);
  cluster.forgetCoordinator('group', 'g');
  await cluster.coordinator('group', 'g');
  expect(transport.asked).toHaveLength(4);
});

test('a coordinator that was refused is asked for by the next call', async () => {
  const { transport, cluster } = world();
  transport.coordinatorErrors = [30];
  const refused = { code: 'AUTHORIZATION_FAILED', message: expect.stringContaining('group g') };
  await expect(cluster.coordinator('group', 'g')).rejects.toMatchObject(refused);
  expect(await cluster.coordinator('group', 'g')).toBe(3);
});

test('features that the cluster does not have are at level 0', async () => {
  const { cluster } = world();
  expect(await cluster.feature('transaction.version')).toBe(2);
  expect(await cluster.feature('streams.version')).toBe(0);
});
