import { describe, expect, test } from 'vitest';

import { ScriptedCluster, unavailable } from '../../../../test/kafka/scripted-cluster.ts';
import type { GroupConsumerOptions } from '../../../broker/group-consumer.ts';
import { seededChance } from '../../../common/chance.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import type { JoinRequest } from '../../membership/group-coordinator.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { CoordinatorRequests } from './coordinator-requests.ts';
import { groupLanes } from './group-lanes.ts';
import { MemberRequests } from './member-requests.ts';

const consumer: GroupConsumerOptions = {
  groupId: 'g',
  groupInstanceId: 'one',
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  isolationLevel: 'read_committed',
  maxPartitionBytes: 1_000,
};

const open = () => {
  const clock = new ManualClock(1_000_000);
  const cluster = new ScriptedCluster();
  const requests = new CoordinatorRequests({ cluster, clock, chance: seededChance(1), groupId: 'g' });
  const lanes = groupLanes('x');
  const state = { isClosed: false };
  const checkOpen = (): void => {
    if (state.isClosed) throw new Error('closed');
  };
  const member = new MemberRequests({ requests, clock, lanes, consumer, retryTimeoutMs: 30_000, checkOpen });
  return { clock, cluster, member, lanes, state };
};

const error = (name: keyof typeof kafkaErrors): { errorCode: number } => ({ errorCode: kafkaErrors[name].number });
const joined = { errorCode: 0, generationId: 3, protocolName: 'p', leader: 'm', memberId: 'm', members: [] };
const member7 = { memberId: 'm', generationId: 7 };
const joinRequest: JoinRequest = {
  memberId: '',
  protocolName: 'p',
  metadata: Buffer.from('data'),
  topics: ['t'],
  reason: 'r'.repeat(300),
  checkOpen: () => undefined,
};

describe('a join', () => {
  test('says who joins, how and why, and waits longer than the rebalance', async () => {
    const { cluster, member, lanes } = open();
    cluster.answer('JoinGroup', joined);
    expect(await member.join(joinRequest)).toMatchObject({ kind: 'joined', generationId: 3, memberId: 'm' });
    expect(cluster.calls).toEqual([
      {
        node: 1,
        api: 'JoinGroup',
        version: 9,
        request: {
          groupId: 'g',
          groupInstanceId: 'one',
          sessionTimeoutMs: 45_000,
          rebalanceTimeoutMs: 60_000,
          memberId: '',
          protocolType: 'consumer',
          protocols: [{ name: 'p', metadata: Buffer.from('data') }],
          reason: 'r'.repeat(255),
        },
        options: { lane: lanes.join, timeoutMs: 65_000 },
      },
    ]);
  });

  test('gives the id that it has to come back with', async () => {
    const { cluster, member } = open();
    cluster.answer('JoinGroup', { ...joined, ...error('MEMBER_ID_REQUIRED'), memberId: 'given' });
    expect(await member.join(joinRequest)).toEqual({ kind: 'memberIdRequired', memberId: 'given' });
  });

  test('goes to the next coordinator when this one has moved, is gone or starts', async () => {
    const { clock, cluster, member } = open();
    cluster.coordinators = [1, 2, 3];
    cluster.answer('JoinGroup', error('NOT_COORDINATOR'), unavailable(), error('COORDINATOR_LOAD_IN_PROGRESS'), joined);
    await clock.settle(member.join(joinRequest));
    expect(cluster.seen('JoinGroup').map(({ node }) => node)).toEqual([1, 2, 3, 3]);
  });

  test('is not given up for a long rebalance whose answer got lost, but when nobody answers for long', async () => {
    const { clock, cluster, member } = open();
    const lost = Promise.withResolvers<object>();
    cluster.answer('JoinGroup', lost.promise, joined);
    const joining = member.join(joinRequest);
    await clock.advance(50_000);
    lost.resolve(unavailable());
    expect(await clock.settle(joining)).toMatchObject({ kind: 'joined' });

    cluster.answer('JoinGroup', unavailable());
    const before = clock.monotonic();
    await expect(clock.settle(member.join(joinRequest))).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(clock.monotonic() - before).toBeGreaterThan(28_000);
    expect(clock.monotonic() - before).toBeLessThanOrEqual(30_000);
  });

  test('ends when the consumer was closed', async () => {
    const { clock, cluster, member } = open();
    cluster.answer('JoinGroup', unavailable());
    let attempts = 0;
    const checkOpen = (): void => {
      if (++attempts > 2) throw new Error('closed');
    };
    await expect(clock.settle(member.join({ ...joinRequest, checkOpen }))).rejects.toThrow('closed');
    expect(cluster.seen('JoinGroup')).toHaveLength(2);
  });

  test.each([
    ['INCONSISTENT_GROUP_PROTOCOL', 'INCONSISTENT_GROUP_PROTOCOL'],
    ['UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID'],
    ['FENCED_INSTANCE_ID', 'FENCED_INSTANCE_ID'],
    ['GROUP_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED'],
    ['INVALID_SESSION_TIMEOUT', 'POLICY_VIOLATION'],
  ] as const)('that is refused with %s rejects with %s, at once', async (name, code) => {
    const { cluster, member } = open();
    cluster.answer('JoinGroup', error(name));
    await expect(member.join(joinRequest)).rejects.toMatchObject({ code });
    expect(cluster.calls).toHaveLength(1);
  });
});

describe('a sync', () => {
  const sync = { ...member7, protocolName: 'p', assignments: new Map([['m', Buffer.from('a')]]) };

  test('hands in the assignments and gives that of the member', async () => {
    const { cluster, member, lanes } = open();
    cluster.answer('SyncGroup', { errorCode: 0, assignment: Buffer.from('mine') });
    expect(await member.sync(sync)).toEqual(Buffer.from('mine'));
    expect(cluster.calls).toMatchObject([
      { request: { assignments: [{ memberId: 'm', assignment: Buffer.from('a') }] }, options: { lane: lanes.join } },
    ]);
  });

  test.each([
    error('NOT_COORDINATOR'),
    error('COORDINATOR_NOT_AVAILABLE'),
    error('COORDINATOR_LOAD_IN_PROGRESS'),
    unavailable(),
  ])('that meets no coordinator leads to another join, and costs nobody what he owns', async (answer) => {
    const { cluster, member } = open();
    cluster.answer('SyncGroup', answer);
    await expect(member.sync(sync)).rejects.toMatchObject({ code: 'REBALANCE_IN_PROGRESS' });
    expect(cluster.calls).toHaveLength(1);
  });

  test('that is too late says so', async () => {
    const { cluster, member } = open();
    cluster.answer('SyncGroup', error('ILLEGAL_GENERATION'));
    await expect(member.sync(sync)).rejects.toMatchObject({ code: 'ILLEGAL_GENERATION' });
  });
});

describe('a heartbeat', () => {
  test('has a lane of its own, and is answered well within the session', async () => {
    const { cluster, member, lanes } = open();
    cluster.answer('Heartbeat', { errorCode: 0 });
    await member.heartbeat(member7);
    expect(cluster.calls).toMatchObject([
      {
        request: { groupId: 'g', groupInstanceId: 'one', memberId: 'm', generationId: 7 },
        options: { lane: lanes.heartbeat, timeoutMs: 15_000 },
      },
    ]);
    expect(new Set(Object.values(lanes)).size).toBe(Object.values(lanes).length);
  });

  test('finds the new coordinator before the next one is due', async () => {
    const { clock, cluster, member } = open();
    cluster.coordinators = [1, 2];
    cluster.answer('Heartbeat', error('NOT_COORDINATOR'), error('COORDINATOR_LOAD_IN_PROGRESS'), { errorCode: 0 });
    const before = clock.monotonic();
    await clock.settle(member.heartbeat(member7));
    expect(clock.monotonic() - before).toBeLessThan(1_000);
    expect(cluster.seen('Heartbeat').map(({ node }) => node)).toEqual([1, 2, 2]);
  });

  test('that nobody answers makes room for the next one', async () => {
    const { clock, cluster, member } = open();
    cluster.answer('Heartbeat', unavailable());
    const before = clock.monotonic();
    await expect(clock.settle(member.heartbeat(member7))).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(clock.monotonic() - before).toBeLessThanOrEqual(3_000);
  });

  test('is not sent again once the consumer is closed', async () => {
    const { clock, cluster, member, state } = open();
    cluster.answer('Heartbeat', unavailable());
    const beating = member.heartbeat(member7);
    await clock.advance(10);
    state.isClosed = true;
    await expect(clock.settle(beating)).rejects.toThrow('closed');
    expect(cluster.seen('Heartbeat')).toHaveLength(1);
  });

  test.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'] as const)(
    'brings the news %s',
    async (code) => {
      const { cluster, member } = open();
      cluster.answer('Heartbeat', error(code));
      await expect(member.heartbeat(member7)).rejects.toMatchObject({ code });
    },
  );
});

describe('a leave', () => {
  test('is a batch of one', async () => {
    const { clock, cluster, member } = open();
    cluster.answer('LeaveGroup', { errorCode: 0, members: [{ memberId: 'm', groupInstanceId: 'one', errorCode: 0 }] });
    await member.leave('m');
    const members = [{ memberId: 'm', groupInstanceId: 'one', reason: 'the consumer is being closed' }];
    expect(cluster.calls).toMatchObject([{ request: { groupId: 'g', members } }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('tells what became of the member', async () => {
    const { cluster, member } = open();
    const gone = { memberId: 'm', groupInstanceId: 'one', ...error('UNKNOWN_MEMBER_ID') };
    cluster.answer('LeaveGroup', { errorCode: 0, members: [gone] });
    await expect(member.leave('m')).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' });
  });

  test('does not hold up a close when the cluster is away', async () => {
    const { clock, cluster, member } = open();
    cluster.answer('LeaveGroup', Promise.withResolvers<object>().promise);
    const before = clock.monotonic();
    await expect(clock.settle(member.leave('m'))).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(clock.monotonic() - before).toBe(5_000);
  });
});
