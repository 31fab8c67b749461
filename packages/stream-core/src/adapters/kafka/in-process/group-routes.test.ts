import { describe, expect, it } from 'vitest';
import { inProcessWorld } from '../../../../test/in-process-world.ts';
import { describeGroupsApi } from '../protocol/describe-groups-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { heartbeatApi } from '../protocol/heartbeat-api.ts';
import { joinGroupApi } from '../protocol/join-group-api.ts';
import { leaveGroupApi } from '../protocol/leave-group-api.ts';
import { listGroupsApi } from '../protocol/list-groups-api.ts';
import { offsetCommitApi } from '../protocol/offset-commit-api.ts';
import { offsetFetchApi } from '../protocol/offset-fetch-api.ts';
import { syncGroupApi } from '../protocol/sync-group-api.ts';

const world = (options: Parameters<typeof inProcessWorld>[0] = {}) => {
  const base = inProcessWorld(options);
  const { call } = base;
  const join = (memberId: string, lane = memberId, groupInstanceId: string | null = null) =>
    call(
      joinGroupApi,
      {
        groupId: 'g',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        memberId,
        groupInstanceId,
        protocolType: 'consumer',
        protocols: [{ name: 'p', metadata: Buffer.from(lane) }],
      },
      { lane },
    );
  const enter = async (lane: string) => {
    const { errorCode, memberId } = await join('', lane);
    expect(errorCode).toBe(kafkaErrors.MEMBER_ID_REQUIRED.number);
    return join(memberId, lane);
  };
  const sync = (memberId: string, generationId: number, assignments: Record<string, string> = {}) =>
    call(
      syncGroupApi,
      {
        groupId: 'g',
        generationId,
        memberId,
        protocolType: 'consumer',
        protocolName: 'p',
        assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: Buffer.from(text) })),
      },
      { lane: memberId },
    );
  const heartbeat = async (memberId: string, generationId: number) =>
    (await call(heartbeatApi, { groupId: 'g', generationId, memberId })).errorCode;
  return { ...base, join, enter, sync, heartbeat };
};

describe('a group', () => {
  it('gives ids, elects a leader, and hands out what the leader assigned', async () => {
    const { enter, join, sync, heartbeat } = world();
    const first = await enter('a');
    expect(first).toMatchObject({ errorCode: 0, generationId: 1, leader: first.memberId, protocolName: 'p' });
    await sync(first.memberId, 1, { [first.memberId]: 'alone' });
    const entering = enter('b');
    await new Promise(setImmediate);
    expect(await heartbeat(first.memberId, 1)).toBe(kafkaErrors.REBALANCE_IN_PROGRESS.number);
    const [again, second] = await Promise.all([join(first.memberId, 'a'), entering]);
    expect(again.generationId).toBe(2);
    expect(again.members.map(({ metadata }) => Buffer.from(metadata).toString())).toEqual(['a', 'b']);
    expect(second.members).toEqual([]);
    const waiting = sync(second.memberId, 2);
    await sync(first.memberId, 2, { [first.memberId]: '1', [second.memberId]: '2' });
    expect(Buffer.from((await waiting).assignment).toString()).toBe('2');
    expect(await heartbeat(second.memberId, 2)).toBe(0);
    expect(await heartbeat(second.memberId, 1)).toBe(kafkaErrors.ILLEGAL_GENERATION.number);
  });

  it('forgets members that leave or fall silent', async () => {
    const { enter, sync, heartbeat, call, clock } = world();
    const { memberId } = await enter('a');
    await sync(memberId, 1, { [memberId]: 'x' });
    await clock.advance(10_001);
    expect(await heartbeat(memberId, 1)).toBe(kafkaErrors.UNKNOWN_MEMBER_ID.number);
    const other = await enter('b');
    const left = await call(leaveGroupApi, {
      groupId: 'g',
      members: [{ memberId: other.memberId }, { memberId: '?' }],
    });
    expect(left.members.map(({ errorCode }) => errorCode)).toEqual([0, kafkaErrors.UNKNOWN_MEMBER_ID.number]);
  });

  it('lets a static member be taken out by its instance id', async () => {
    const { join, call } = world();
    expect((await join('', 'a', 'instance')).errorCode).toBe(0);
    const members = [{ memberId: '', groupInstanceId: 'instance' }];
    expect((await call(leaveGroupApi, { groupId: 'g', members })).members[0]?.errorCode).toBe(0);
    expect((await call(leaveGroupApi, { groupId: 'g', members })).members[0]?.errorCode).not.toBe(0);
  });

  it('goes on with a member whose connection broke while it waited', async () => {
    const { enter, join, sync, transport, broker } = world();
    const first = await enter('a');
    await sync(first.memberId, 1, { [first.memberId]: 'x' });
    const entering = enter('b');
    const lost = expect(entering).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await new Promise(setImmediate);
    await transport.close('b');
    await lost;
    expect((await join(first.memberId, 'a')).generationId).toBe(2);
    expect(broker.cluster.groups.describe('g')?.members).toHaveLength(2);
  });

  it('is found at its coordinator only, and described there', async () => {
    const { call, brokers, enter } = world({ nodes: 2 });
    const right = brokers.coordinator('group', 'g')?.nodeId ?? -1;
    const wrong = await call(heartbeatApi, { groupId: 'g', generationId: 1, memberId: 'm' }, { node: 1 - right });
    expect(wrong.errorCode).toBe(kafkaErrors.NOT_COORDINATOR.number);
    brokers.stop(1);
    const { memberId } = await enter('a');
    const described = await call(describeGroupsApi, { groups: ['g', 'none'] });
    expect(described.groups[0]).toMatchObject({ groupState: 'CompletingRebalance', members: [{ memberId }] });
    expect(described.groups[1]?.errorCode).toBe(kafkaErrors.GROUP_ID_NOT_FOUND.number);
    const listed = await call(listGroupsApi, { statesFilter: [] });
    expect(listed.groups).toMatchObject([{ groupId: 'g', protocolType: 'consumer' }]);
  });
});

describe('offsets of a group', () => {
  const commit = async (
    { call }: ReturnType<typeof world>,
    options: { memberId?: string; generationId?: number } = {},
  ) => {
    const partition = { committedOffset: 5, committedLeaderEpoch: 2, committedMetadata: 'text' };
    const { memberId = '', generationId = -1 } = options;
    const response = await call(offsetCommitApi, {
      groupId: 'g',
      memberId,
      generationIdOrMemberEpoch: generationId,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 0, ...partition },
            { partitionIndex: 9, ...partition },
          ],
        },
      ],
    });
    return response.topics[0]?.partitions.map(({ errorCode }) => errorCode);
  };

  it('are committed for the partitions that exist, and read by any version', async () => {
    const base = world();
    expect(await commit(base)).toEqual([0, kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number]);
    const stored = { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 2, metadata: 'text', errorCode: 0 };
    const all = await base.call(offsetFetchApi, { groups: [{ groupId: 'g', topics: null }] });
    expect(all.groups).toEqual([
      expect.objectContaining({ errorCode: 0, topics: [expect.objectContaining({ name: 't', partitions: [stored] })] }),
    ]);
    const topics = [{ name: 't', partitionIndexes: [0, 1] }];
    const old = await base.call(offsetFetchApi, { groupId: 'g', topics }, { version: 7 });
    expect(old.topics[0]?.partitions).toEqual([
      stored,
      { partitionIndex: 1, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
    ]);
  });

  it('are not taken from a member of another generation', async () => {
    const base = world();
    const { memberId } = await base.enter('a');
    await base.sync(memberId, 1, { [memberId]: 'x' });
    const illegal = kafkaErrors.ILLEGAL_GENERATION.number;
    expect(await commit(base, { memberId, generationId: 7 })).toEqual([illegal, illegal]);
    expect((await commit(base, { memberId, generationId: 1 }))?.[0]).toBe(0);
  });
});
