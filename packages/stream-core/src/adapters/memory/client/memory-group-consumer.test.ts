import { describe, expect, test } from 'vitest';

import type { GroupConsumerOptions, RebalanceListener } from '../../../broker/group-consumer.ts';
import type { GroupProtocol } from '../../../broker/group-protocol.ts';
import { seededChance } from '../../../common/chance.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { MemoryBroker } from '../memory-broker.ts';
import { ScriptedFaults } from '../scripted-faults.ts';

/** A broker on a manual clock, whose requests fail as they are told to. */
const open = () => {
  const clock = new ManualClock(1_000_000);
  const faults = new ScriptedFaults();
  const broker = new MemoryBroker({ clock, faults });
  broker.createTopic('t', { partitions: 2 });
  const client = broker.connect({ clientId: 'client', clock, chance: seededChance(1) });
  return { clock, broker, client, faults };
};

const partition: TopicPartition = { topic: 't', partition: 0 };

const groupOptions: GroupConsumerOptions = {
  groupId: 'g',
  groupInstanceId: null,
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  isolationLevel: 'read_committed',
  maxPartitionBytes: 1_000,
};

/** Gives everything to the first member. */
const greedy: GroupProtocol = {
  name: 'greedy',
  userData: () => new Uint8Array(0),
  assign: async (members) =>
    new Map(
      members.map(({ memberId }, index) => [
        memberId,
        { partitions: index === 0 ? [partition] : [], userData: new Uint8Array(0) },
      ]),
    ),
  onAssignment: () => undefined,
};

const silent: RebalanceListener = {
  onRebalanceStarted: async () => undefined,
  onPartitionsRevoked: async () => undefined,
  onPartitionsLost: async () => undefined,
  onPartitionsAssigned: async () => undefined,
  onRebalanceCompleted: async () => undefined,
};

describe('a member under faults', () => {
  const member = (options: Partial<GroupConsumerOptions> = {}) => {
    const opened = open();
    const consumer = opened.client.groupConsumer({ ...groupOptions, ...options });
    consumer.subscribe({ topics: ['t'], protocol: greedy, listener: silent });
    const joined = async (): Promise<void> => {
      while (consumer.groupMetadata().generationId < 0) await opened.clock.settle(consumer.poll(1_000));
    };
    return { ...opened, consumer, joined };
  };

  test('joins once when answers get lost', async () => {
    const { broker, faults, joined } = member();
    faults.fail('after', 'joinGroup', 'BROKER_UNAVAILABLE', 'BROKER_UNAVAILABLE');
    faults.fail('after', 'syncGroup', 'BROKER_UNAVAILABLE');
    await joined();
    expect(broker.cluster.groups.describe('g')).toMatchObject({ state: 'Stable', members: [{}] });
  });

  test('outlives lost heartbeats, and sends them while nobody polls', async () => {
    const { clock, faults, joined, broker } = member();
    await joined();
    faults.fail('before', 'heartbeat', 'BROKER_UNAVAILABLE', 'BROKER_UNAVAILABLE');
    await clock.advance(60_000);
    expect(faults.count('heartbeat')).toBeGreaterThanOrEqual(20);
    expect(broker.cluster.groups.describe('g')?.members).toHaveLength(1);
  });

  test('learns from a heartbeat that it is out, even in a waiting poll', async () => {
    const { clock, consumer, faults, joined, broker } = member();
    await joined();
    const { memberId } = consumer.groupMetadata();
    faults.fail('before', 'heartbeat', ...Array.from({ length: 5 }, () => 'BROKER_UNAVAILABLE' as const));
    const polled = consumer.poll(100_000);
    await clock.settle(polled);
    expect(clock.now()).toBeLessThan(1_100_000);
    await joined();
    expect(consumer.groupMetadata().memberId).not.toBe(memberId);
    expect(broker.cluster.groups.describe('g')?.members).toHaveLength(1);
  });

  test('that is closed while it joins leaves no ghost behind', async () => {
    const { clock, consumer, client, broker, joined } = member();
    await joined();
    const second = client.groupConsumer(groupOptions);
    second.subscribe({ topics: ['t'], protocol: greedy, listener: silent });
    expect(await second.poll(0)).toEqual([]);
    await second.close();
    await clock.settle(consumer.poll(1_000));
    await clock.advance(20_000);
    expect(broker.cluster.groups.describe('g')?.members).toHaveLength(1);
    await consumer.close();
    expect(broker.cluster.groups.find('g')).toBeNull();
    expect(clock.pendingTimers).toBe(0);
  });

  test('commits again when the answer got lost', async () => {
    const { clock, consumer, faults, joined } = member();
    await joined();
    faults.fail('after', 'offsetCommit', 'BROKER_UNAVAILABLE');
    const offset = { offset: 3, leaderEpoch: 0, metadata: '' };
    await clock.settle(consumer.commit([{ topicPartition: partition, ...offset }]));
    expect(await consumer.committed([partition])).toEqual([offset]);
  });

  test('ends its wait for stable offsets when it is closed', async () => {
    const { client, consumer, joined } = member();
    await joined();
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await producer.init();
    producer.begin();
    const offset = { topicPartition: partition, offset: 3, leaderEpoch: 0, metadata: '' };
    await producer.sendOffsets([offset], consumer.groupMetadata());
    const waiting = consumer.committed([partition]);
    await consumer.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('hands an error of its assignor to the caller, and tries again', async () => {
    const { consumer, joined, clock } = member();
    let fails = true;
    const failing: GroupProtocol = {
      ...greedy,
      assign: (members) => {
        if (!fails) return greedy.assign(members);
        fails = false;
        throw new Error('cannot assign');
      },
    };
    consumer.subscribe({ topics: ['t'], protocol: failing, listener: silent });
    await expect(clock.settle(consumer.poll(1_000))).rejects.toThrow('cannot assign');
    await joined();
  });

  test('is asked for nothing but polls by another caller at a time', async () => {
    const { clock, consumer } = member();
    const first = consumer.poll(1_000);
    await expect(consumer.poll(0)).rejects.toMatchObject({ code: 'STATE_TRANSITION_INVALID' });
    await clock.settle(first);
    expect(() => consumer.assign([partition])).toThrow(expect.objectContaining({ code: 'STATE_TRANSITION_INVALID' }));
  });

  test('does not join after it was closed', async () => {
    const { clock, consumer, faults, broker } = member();
    faults.fail('before', 'joinGroup', 'BROKER_UNAVAILABLE');
    expect(await consumer.poll(0)).toEqual([]);
    await consumer.close();
    await clock.advance(30_000);
    expect(broker.cluster.groups.find('g')).toBeNull();
    expect(faults.count('joinGroup')).toBeLessThanOrEqual(2);
  });

  test('is told that a rebalance is on, not that it is out, when the group is a generation ahead', async () => {
    const { clock, consumer, client, joined } = member();
    await joined();
    const offset = { topicPartition: partition, offset: 3, leaderEpoch: 0, metadata: '' };
    const second = client.groupConsumer(groupOptions);
    second.subscribe({ topics: ['t'], protocol: greedy, listener: silent });
    await second.poll(0);
    // This poll sends the join and returns; the group goes on without another one.
    await consumer.poll(0);
    await clock.advance(0);
    await expect(consumer.commit([offset])).rejects.toMatchObject({ code: 'REBALANCE_IN_PROGRESS' });
    consumer.seek(partition, 0);
    await clock.settle(consumer.poll(100));
    await consumer.commit([offset]);
    expect(consumer.position(partition)).not.toBeNull();
  });

  test('drops an assignment that it did not look at before the group went on', async () => {
    const calls: string[] = [];
    const noted: RebalanceListener = {
      ...silent,
      onPartitionsAssigned: async (partitions) => void calls.push(`assigned ${partitions.length}`),
      onPartitionsLost: async (partitions) => void calls.push(`lost ${partitions.length}`),
    };
    const { clock, consumer, client, broker } = member({ rebalanceTimeoutMs: 5_000 });
    consumer.subscribe({ topics: ['t'], protocol: greedy, listener: noted });
    await consumer.poll(0);
    await clock.advance(0);
    // It is assigned by now, but nobody polls. The others wait in vain and go on.
    expect(broker.cluster.groups.describe('g')).toMatchObject({ state: 'Stable', generationId: 1 });
    const second = client.groupConsumer({ ...groupOptions, rebalanceTimeoutMs: 5_000 });
    second.subscribe({ topics: ['t'], protocol: greedy, listener: silent });
    await second.poll(0);
    await clock.advance(20_000);
    expect(broker.cluster.groups.describe('g')?.members).toHaveLength(1);
    await clock.settle(consumer.poll(0));
    expect(calls).toEqual([]);
    expect(consumer.groupMetadata().generationId).toBe(-1);
  });

  test('asks again what a heartbeat was told while it was joining', async () => {
    const { clock, consumer, client, faults, broker } = member();
    const release = faults.hold('after', 'syncGroup');
    await consumer.poll(0);
    await clock.advance(0);
    expect(broker.cluster.groups.describe('g')?.state).toBe('Stable');
    const second = client.groupConsumer(groupOptions);
    second.subscribe({ topics: ['t'], protocol: greedy, listener: silent });
    await second.poll(0);
    await clock.advance(0);
    expect(broker.cluster.groups.describe('g')?.state).toBe('PreparingRebalance');
    release();
    // No time passes: the next heartbeat by the clock would be too late.
    for (let polls = 0; polls < 3; polls++) {
      await consumer.poll(0);
      await clock.advance(0);
    }
    expect(broker.cluster.groups.describe('g')).toMatchObject({ generationId: 2, members: [{}, {}] });
  });

  test('joins anew when it lost its place while it gave up what it no longer subscribes', async () => {
    const { clock, consumer, faults, broker, joined } = member();
    broker.createTopic('u');
    const claims: number[] = [];
    const everything: GroupProtocol = {
      ...greedy,
      assign: async (members) => {
        claims.push(...members.map(({ ownedPartitions }) => ownedPartitions.length));
        const userData = new Uint8Array(0);
        const all = (topics: readonly string[]) => topics.map((topic) => ({ topic, partition: 0 }));
        return new Map(members.map(({ memberId, topics }) => [memberId, { partitions: all(topics), userData }]));
      },
    };
    const calls: string[] = [];
    const listener: RebalanceListener = {
      ...silent,
      onPartitionsRevoked: async () => {
        faults.fail('before', 'heartbeat', ...Array.from({ length: 4 }, () => 'BROKER_UNAVAILABLE' as const));
        await clock.advance(15_000);
        calls.push('revoked');
      },
      onPartitionsLost: async (partitions) => void calls.push(`lost ${partitions.length}`),
      onPartitionsAssigned: async (partitions) => void calls.push(`assigned ${partitions.length}`),
    };
    consumer.subscribe({ topics: ['t', 'u'], protocol: everything, listener });
    await joined();
    consumer.subscribe({ topics: ['t'], protocol: everything, listener });
    const before = consumer.groupMetadata().memberId;
    await consumer.poll(0);
    await joined();
    expect(calls).toEqual(['assigned 2', 'revoked', 'lost 1', 'assigned 1']);
    // It claims nothing of what it lost: somebody else may own it by now.
    expect(claims).toEqual([0, 0]);
    const { memberId } = consumer.groupMetadata();
    expect(memberId).not.toBe(before);
    expect(broker.cluster.groups.describe('g')).toMatchObject({ state: 'Stable', members: [{ memberId }] });
  });
});
