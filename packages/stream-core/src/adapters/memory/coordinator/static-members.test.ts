import { describe, expect, test } from 'vitest';
import { openCoordinator, refusal, sessionTimeoutMs, text } from '../../../../test/memory/coordinator-harness.ts';

describe('static members', () => {
  const one = { groupInstanceId: 'one' };

  test('come back without a rebalance, to the assignment that they had', async () => {
    const { alone, join, sync, refused, state } = openCoordinator();
    const before = await alone(one);
    const after = await join(one);
    expect(after).toMatchObject({ generationId: 1, leader: after.memberId, skipAssignment: true });
    expect(after.memberId).not.toBe(before.memberId);
    expect(state()).toBe('Stable');
    expect((await sync(after, {}, 'one')).assignment).toEqual(text('everything'));
    expect(refused(before, 'one')).toBe('FENCED_INSTANCE_ID');
    expect(refused(after, 'one')).toBeNull();
    await expect(join({ ...one, memberId: before.memberId })).rejects.toThrow(refusal('FENCED_INSTANCE_ID'));
  });

  test('that are away for a rebalance find their place in the next generation', async () => {
    const { clock, alone, join, sync, state, refused } = openCoordinator();
    const away = await alone({ ...one, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 5_000 });
    const second = join({ rebalanceTimeoutMs: 5_000 });
    await clock.advance(5_000);
    const joined = await second;
    expect(joined).toMatchObject({ generationId: 2, leader: joined.memberId });
    expect(joined.members.map((member) => member.memberId)).toContain(away.memberId);
    await sync(joined, { [away.memberId]: 'kept for you' });
    await clock.advance(4_999);
    const back = await join({ ...one, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 5_000 });
    expect(back).toMatchObject({ generationId: 2, skipAssignment: false });
    expect((await sync(back, {}, 'one')).assignment).toEqual(text('kept for you'));
    await clock.advance(5_000);
    expect(refused(back, 'one')).toBeNull();
    expect(state()).toBe('Stable');
  });

  test('that do not come back for it in time are out', async () => {
    const { clock, alone, join, sync, refused } = openCoordinator();
    const away = await alone({ ...one, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 5_000 });
    const second = join({ rebalanceTimeoutMs: 5_000 });
    await clock.advance(5_000);
    const joined = await second;
    await sync(joined, {});
    await clock.advance(5_000);
    expect(refused(away, 'one')).toBe('UNKNOWN_MEMBER_ID');
    expect(refused(joined)).toBe('REBALANCE_IN_PROGRESS');
  });

  test('that are all away keep their group in its rebalance until one is back', async () => {
    const { clock, coordinator, alone, join, sync, state } = openCoordinator();
    const timeouts = { sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 5_000 };
    const leader = await alone({ ...one, ...timeouts });
    const second = join(timeouts);
    const again = await join({ ...one, ...timeouts, memberId: leader.memberId });
    const leaving = await second;
    await sync(again, {}, 'one');
    coordinator.leave('g', leaving.memberId, null);
    await clock.advance(17_000);
    expect(state()).toBe('PreparingRebalance');
    expect(coordinator.describe('g')).toMatchObject({ generationId: 2 });
    const back = await join({ ...one, ...timeouts });
    expect(back).toMatchObject({ generationId: 3, leader: back.memberId, skipAssignment: false });
  });

  test('that take over while a join is pending fence the older one', async () => {
    const { alone, join } = openCoordinator();
    await alone();
    const older = join(one);
    const newer = join(one);
    await expect(older).rejects.toThrow(refusal('FENCED_INSTANCE_ID'));
    void newer;
  });
});

describe('commits', () => {
  const none = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null };

  test('of nobody are for groups without members', async () => {
    const { coordinator, alone } = openCoordinator();
    coordinator.checkCommit(none, { transactional: false });
    await alone();
    expect(() => coordinator.checkCommit(none, { transactional: false })).toThrow(refusal('UNKNOWN_MEMBER_ID'));
    // Producers from before KIP-447 do not say who commits.
    coordinator.checkCommit(none, { transactional: true });
  });

  test('need the member and the generation of now', async () => {
    const { coordinator, alone, identityOf } = openCoordinator();
    const joined = await alone();
    const identity = identityOf(joined);
    const check = (changes: Partial<typeof identity>, transactional = true) =>
      coordinator.checkCommit({ ...identity, ...changes }, { transactional });
    check({});
    expect(() => check({ generationId: 7 })).toThrow(refusal('ILLEGAL_GENERATION'));
    expect(() => check({ memberId: 'ghost' })).toThrow(refusal('UNKNOWN_MEMBER_ID'));
    expect(() => check({ groupId: 'unknown' })).toThrow(refusal('ILLEGAL_GENERATION'));
  });

  test('go through while the group gathers, and not while it assigns', async () => {
    const { coordinator, alone, join, identityOf } = openCoordinator();
    const first = await alone();
    const second = join();
    coordinator.checkCommit(identityOf(first), { transactional: false });
    const again = await join({ memberId: first.memberId });
    await second;
    const identity = identityOf(again);
    expect(() => coordinator.checkCommit(identity, { transactional: false })).toThrow(refusal('REBALANCE_IN_PROGRESS'));
    coordinator.checkCommit(identity, { transactional: true });
    expect(() => coordinator.checkCommit(identityOf(first), { transactional: true })).toThrow(
      refusal('ILLEGAL_GENERATION'),
    );
  });

  test('count as a sign of life', async () => {
    const { clock, coordinator, alone, identityOf, refused } = openCoordinator();
    const joined = await alone();
    await clock.advance(sessionTimeoutMs - 1);
    coordinator.checkCommit(identityOf(joined), { transactional: false });
    await clock.advance(sessionTimeoutMs - 1);
    expect(refused(joined)).toBeNull();
  });
});
