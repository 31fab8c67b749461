import { describe, expect, test } from 'vitest';
import {
  openCoordinator,
  rebalanceTimeoutMs,
  refusal,
  sessionTimeoutMs,
  text,
} from '../../../../test/memory/coordinator-harness.ts';
import { MemberIdRequiredError } from './group-coordinator.ts';

describe('a generation', () => {
  test('begins when everybody has joined, and is complete when the leader has assigned', async () => {
    const { join, sync, state, alone } = openCoordinator();
    const first = await alone();
    expect(first).toMatchObject({ generationId: 1, leader: first.memberId });
    expect(state()).toBe('Stable');

    const second = join();
    expect(state()).toBe('PreparingRebalance');
    const again = join({ memberId: first.memberId });
    const [joinedFirst, joinedSecond] = await Promise.all([again, second]);
    expect(state()).toBe('CompletingRebalance');
    expect(joinedFirst).toMatchObject({ generationId: 2, leader: first.memberId });
    expect(joinedFirst.members.map((member) => member.memberId)).toEqual([first.memberId, joinedSecond.memberId]);
    expect(joinedSecond).toMatchObject({ generationId: 2, leader: first.memberId, members: [] });

    const waiting = sync(joinedSecond);
    const assigned = await sync(joinedFirst, { [first.memberId]: 'left', [joinedSecond.memberId]: 'right' });
    expect(state()).toBe('Stable');
    expect(assigned.assignment).toEqual(text('left'));
    expect((await waiting).assignment).toEqual(text('right'));
    // The answer can be asked for again.
    expect((await sync(joinedSecond)).assignment).toEqual(text('right'));
  });

  test('is asked for by a changed member, or by the leader, and by nobody else', async () => {
    const { join, sync, alone, state } = openCoordinator();
    const leader = await alone();
    const metadata = text('m');
    const joining = join({ protocols: [{ name: 'p', metadata }] });
    const joinedLeader = await join({ memberId: leader.memberId });
    const follower = await joining;
    const synced = sync(follower);
    await sync(joinedLeader);
    await synced;
    expect(state()).toBe('Stable');

    const unchanged = await join({ memberId: follower.memberId, protocols: [{ name: 'p', metadata }] });
    expect(unchanged).toMatchObject({ generationId: 2, members: [] });
    expect(state()).toBe('Stable');
    void join({ memberId: follower.memberId, protocols: [{ name: 'p', metadata: text('changed') }] });
    expect(state()).toBe('PreparingRebalance');
    expect((await join({ memberId: leader.memberId })).generationId).toBe(3);
  });

  test('answers a join that was sent again, and puts another change into the next generation', async () => {
    const { join, alone, sync, state } = openCoordinator();
    const first = await alone();
    const second = join();
    const joined = await join({ memberId: first.memberId });
    await second;
    expect(await join({ memberId: first.memberId })).toEqual(joined);
    expect(state()).toBe('CompletingRebalance');
    void join({ memberId: first.memberId, protocols: [{ name: 'p', metadata: text('changed') }] });
    expect(state()).toBe('PreparingRebalance');
    await expect(sync(joined)).rejects.toThrow(refusal('REBALANCE_IN_PROGRESS'));
  });

  test('is over for those who wait for their assignment when somebody joins', async () => {
    const { join, alone, sync, state } = openCoordinator();
    const leader = await alone();
    const second = join();
    await join({ memberId: leader.memberId });
    const waiting = sync(await second);
    const third = join();
    await expect(waiting).rejects.toThrow(refusal('REBALANCE_IN_PROGRESS'));
    expect(state()).toBe('PreparingRebalance');
    void third;
  });

  test('is refused under another number', async () => {
    const { alone, sync, refused } = openCoordinator();
    const joined = await alone();
    const stale = { ...joined, generationId: 0 };
    expect(refused(stale)).toBe('ILLEGAL_GENERATION');
    await expect(sync(stale)).rejects.toThrow(refusal('ILLEGAL_GENERATION'));
  });
});

describe('members', () => {
  test('without heartbeats are removed after their session, and no sooner', async () => {
    const { clock, alone, refused, coordinator } = openCoordinator();
    const joined = await alone();
    await clock.advance(sessionTimeoutMs - 1);
    expect(refused(joined)).toBeNull();
    await clock.advance(sessionTimeoutMs - 1);
    expect(refused(joined)).toBeNull();
    await clock.advance(sessionTimeoutMs);
    expect(refused(joined)).toBe('UNKNOWN_MEMBER_ID');
    expect(coordinator.find('g')).toBeNull();
  });

  test('that wait for the others need no heartbeats', async () => {
    const { clock, join, alone, refused } = openCoordinator();
    const slow = await alone();
    const waiting = join();
    for (let waited = 0; waited < rebalanceTimeoutMs - sessionTimeoutMs; waited += sessionTimeoutMs / 2) {
      await clock.advance(sessionTimeoutMs / 2);
      expect(refused(slow)).toBe('REBALANCE_IN_PROGRESS');
    }
    await join({ memberId: slow.memberId });
    expect(await waiting).toMatchObject({ generationId: 2 });
  });

  test('that send a heartbeat while they wait need no more of them', async () => {
    const { clock, join, alone, refused } = openCoordinator();
    const slow = await alone();
    const rejoined = join({ protocols: [{ name: 'p', metadata: text('m') }] });
    const again = await join({ memberId: slow.memberId });
    const { memberId } = await rejoined;
    const waiting = join({ memberId, protocols: [{ name: 'p', metadata: text('changed') }] });
    expect(refused({ ...again, memberId })).toBe('REBALANCE_IN_PROGRESS');
    for (let waited = 0; waited < sessionTimeoutMs * 3; waited += sessionTimeoutMs / 2) {
      await clock.advance(sessionTimeoutMs / 2);
      refused(again);
    }
    await join({ memberId: slow.memberId });
    expect(await waiting).toMatchObject({ generationId: 3 });
  });

  test('that do not rejoin in time are left behind', async () => {
    const { clock, join, alone, refused } = openCoordinator();
    const slow = await alone();
    const waiting = join();
    for (let waited = 0; waited < rebalanceTimeoutMs; waited += sessionTimeoutMs / 2) {
      refused(slow);
      await clock.advance(sessionTimeoutMs / 2);
    }
    const joined = await waiting;
    expect(joined).toMatchObject({ generationId: 2, leader: joined.memberId });
    expect(refused(slow)).toBe('UNKNOWN_MEMBER_ID');
  });

  test('that join and never ask for their assignment are left behind', async () => {
    const { clock, join, alone, sync, refused, state } = openCoordinator();
    const leader = await alone();
    const second = join();
    const joined = await join({ memberId: leader.memberId });
    const ghost = await second;
    await sync(joined, {});
    expect(state()).toBe('Stable');
    for (let waited = 0; waited < rebalanceTimeoutMs; waited += sessionTimeoutMs / 2) {
      refused(ghost);
      refused(joined);
      await clock.advance(sessionTimeoutMs / 2);
    }
    expect(refused(ghost)).toBe('UNKNOWN_MEMBER_ID');
    expect(refused(joined)).toBe('REBALANCE_IN_PROGRESS');
  });

  test('that leave let the others go on at once', async () => {
    const { coordinator, join, alone, state } = openCoordinator();
    const first = await alone();
    const second = join();
    coordinator.leave('g', first.memberId, null);
    expect(await second).toMatchObject({ generationId: 2, leader: (await second).memberId });
    coordinator.leave('g', (await second).memberId, null);
    expect(state()).toBeNull();
    expect(() => coordinator.leave('g', first.memberId, null)).toThrow(refusal('UNKNOWN_MEMBER_ID'));
  });

  test('get their id first when that is required, and are waited for with it', async () => {
    const { clock, join, alone, state } = openCoordinator();
    const first = await alone();
    const required = join({ requireKnownMemberId: true });
    const { memberId } = await required.catch((error: MemberIdRequiredError) => error as { memberId: string });
    expect(memberId).not.toBe('');
    await expect(required).rejects.toBeInstanceOf(MemberIdRequiredError);
    expect(state()).toBe('Stable');
    const again = join({ memberId: first.memberId, protocols: [{ name: 'p', metadata: text('changed') }] });
    expect(state()).toBe('PreparingRebalance');
    expect(await Promise.all([again, join({ memberId })])).toMatchObject([{ generationId: 2 }, { generationId: 2 }]);

    const forgotten = await join({ requireKnownMemberId: true }).catch((error: unknown) => error);
    await clock.advance(sessionTimeoutMs);
    const late = join({ memberId: (forgotten as MemberIdRequiredError).memberId });
    await expect(late).rejects.toThrow(refusal('UNKNOWN_MEMBER_ID'));
  });

  test('that were promised an id and leave are waited for no longer, and leave no group behind', async () => {
    const { clock, coordinator, join, alone } = openCoordinator();
    const promised = async (): Promise<string> => {
      const error = await join({ requireKnownMemberId: true }).catch((thrown: unknown) => thrown);
      return (error as MemberIdRequiredError).memberId;
    };
    coordinator.leave('g', await promised(), null);
    expect(coordinator.find('g')).toBeNull();
    await promised();
    await clock.advance(sessionTimeoutMs);
    expect(coordinator.find('g')).toBeNull();

    const first = await alone();
    const ghost = await promised();
    const again = join({ memberId: first.memberId, protocols: [{ name: 'p', metadata: text('changed') }] });
    coordinator.leave('g', ghost, null);
    expect(await again).toMatchObject({ generationId: 2 });
  });

  test('need a group id', async () => {
    await expect(openCoordinator().join({ groupId: '' })).rejects.toThrow(refusal('INVALID_GROUP_ID'));
  });

  test('must share a protocol', async () => {
    const { coordinator, join, alone } = openCoordinator();
    const both = [
      { name: 'q', metadata: text('') },
      { name: 'p', metadata: text('') },
    ];
    const first = await alone({ protocols: [both[1]!] });
    await expect(join({ protocols: [both[0]!] })).rejects.toThrow(refusal('INCONSISTENT_GROUP_PROTOCOL'));
    await expect(join({ protocols: [] })).rejects.toThrow(refusal('INCONSISTENT_GROUP_PROTOCOL'));
    await expect(join({ protocolType: 'connect' })).rejects.toThrow(refusal('INCONSISTENT_GROUP_PROTOCOL'));
    const second = join({ protocols: both });
    expect(await join({ memberId: first.memberId, protocols: [both[1]!] })).toMatchObject({ protocolName: 'p' });
    coordinator.leave('g', first.memberId, null);
    expect(await join({ memberId: (await second).memberId, protocols: both })).toMatchObject({ protocolName: 'q' });
  });

  test('of the first rebalance are waited for when the broker is told to', async () => {
    const { clock, join, state } = openCoordinator({ initialRebalanceDelayMs: 3_000 });
    const first = join();
    await clock.advance(2_999);
    expect(state()).toBe('PreparingRebalance');
    const second = join();
    await clock.advance(1);
    expect(await Promise.all([first, second])).toMatchObject([{ generationId: 1 }, { generationId: 1 }]);
  });
});
