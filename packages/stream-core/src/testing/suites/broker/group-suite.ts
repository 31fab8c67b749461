import { describe, expect, test } from 'vitest';

import { GroupMember, settled } from './group-member.ts';
import type { BrokerSupport, SuiteContext } from './suite-context.ts';

/** Joining, leaving, crashing: who is in the group. */
export const groupSuite = (context: SuiteContext, supports: BrokerSupport): void => {
  describe('a group', () => {
    test('gives everything to its only member', async () => {
      const topic = await context.topic(3);
      const groupId = context.unique('group');
      for (const partition of [0, 1, 2]) await context.produce({ topic, partition }, context.values(`${partition}`));
      const member = new GroupMember(context, { groupId, topics: [topic] });
      expect(member.consumer.groupMetadata()).toMatchObject({ groupId, memberId: '', generationId: -1 });
      member.start();
      await context.until('all was read', () => member.records.length === 3);
      expect(member.events).toEqual([`assigned ${topic}-0,${topic}-1,${topic}-2`]);
      const metadata = member.consumer.groupMetadata();
      expect(metadata.memberId).not.toBe('');
      expect(metadata.generationId).toBeGreaterThan(0);
      expect(metadata.groupInstanceId).toBeNull();
      await member.close();
    });

    test('divides its partitions again when members come and go', async () => {
      const topic = await context.topic(6);
      const groupId = context.unique('group');
      const join = () => new GroupMember(context, { groupId, topics: [topic] }).start();
      const first = join();
      await settled(context, [first], 6);
      const second = join();
      await settled(context, [first, second], 6);
      const third = join();
      await settled(context, [first, second, third], 6);
      await second.close();
      await settled(context, [first, third], 6);
      await first.close();
      await settled(context, [third], 6);
      await third.close();
    });

    test('notices a member that crashed', async () => {
      const topic = await context.topic(4);
      const groupId = context.unique('group');
      const first = new GroupMember(context, { groupId, topics: [topic] }).start();
      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [first, second], 4);
      await second.close(false);
      await settled(context, [first], 4);
      await first.close();
    });

    test('survives its leader', async () => {
      const topic = await context.topic(4);
      const groupId = context.unique('group');
      const members = [1, 2, 3].map(() => new GroupMember(context, { groupId, topics: [topic] }).start());
      await settled(context, members, 4);
      const leads = (member: GroupMember): boolean => member.protocol.led.at(-1)?.length === 3;
      const leader = members.find(leads)!;
      const others = members.filter((member) => member !== leader);
      await leader.close(false);
      await settled(context, others, 4);
      for (const member of others) await member.close();
    });

    test('keeps a member that is slow to poll but alive', async () => {
      const topic = await context.topic(1);
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      await member.stop();
      const { clock, sessionTimeoutMs } = context.broker;
      const start = clock.monotonic();
      await context.until('a session would be over', () => clock.monotonic() - start > sessionTimeoutMs * 1.5);
      const topicPartition = { topic, partition: 0 };
      await member.consumer.commit([{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }]);
      await member.close();
    });

    test('refuses a member of another protocol while it lives', async () => {
      const topic = await context.topic(1);
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      const foreign = new GroupMember(context, { groupId, topics: [topic], protocolName: 'foreign' });
      const polling = context.until('it is refused', async () => {
        await foreign.pollOnce(100);
        return false;
      });
      await expect(polling).rejects.toMatchObject({ code: 'INCONSISTENT_GROUP_PROTOCOL' });
      await member.close();
      // The group is empty now and takes any protocol.
      foreign.start();
      await settled(context, [foreign], 1);
      await foreign.close();
    });

    test('wakes up a waiting poll for data and for wakeup', async () => {
      const topic = await context.topic(1);
      const member = new GroupMember(context, { groupId: context.unique('group'), topics: [topic] });
      await context.until('it has joined', async () => {
        await member.pollOnce(50);
        return member.owned.size === 1;
      });
      const polled = member.pollOnce(30_000);
      await context.produce({ topic, partition: 0 }, context.values('news'));
      await polled;
      expect(member.records).toMatchObject([{ value: 'news' }]);
      const waiting = member.pollOnce(30_000);
      member.consumer.wakeup();
      await waiting;
      await member.close();
    });

    test('lets a member pause what it owns, and assign nothing itself', async () => {
      const topic = await context.topic(1);
      const partition = { topic, partition: 0 };
      const member = new GroupMember(context, { groupId: context.unique('group'), topics: [topic] });
      await context.until('it has joined', async () => {
        await member.pollOnce(50);
        return member.owned.size === 1;
      });
      const { consumer } = member;
      consumer.pause([partition]);
      await context.produce(partition, context.values('a'));
      await member.pollOnce(50);
      expect(member.records).toEqual([]);
      expect(consumer.position(partition)).toBe(0);
      consumer.resume([partition]);
      await context.until('it was read', async () => {
        await member.pollOnce(50);
        return member.records.length === 1;
      });
      expect(consumer.lag(partition)).toBe(0);
      expect(() => consumer.assign([partition])).toThrow(expect.objectContaining({ code: 'STATE_TRANSITION_INVALID' }));
      await member.close();
    });

    test('refuses calls after close', async () => {
      const topic = await context.topic(1);
      const member = new GroupMember(context, { groupId: context.unique('group'), topics: [topic] }).start();
      await settled(context, [member], 1);
      await member.close();
      await expect(member.consumer.poll(0)).rejects.toMatchObject({ code: 'CLOSED' });
      const offset = { topicPartition: { topic, partition: 0 }, offset: 1, leaderEpoch: -1, metadata: '' };
      await expect(member.consumer.commit([offset])).rejects.toMatchObject({ code: 'CLOSED' });
    });
  });

  if (!supports.staticMembership) return;
  describe('a static member', () => {
    test('keeps its partitions over a restart, and nobody else notices', async () => {
      const topic = await context.topic(4);
      const groupId = context.unique('group');
      const consumer = { groupInstanceId: 'one' };
      const first = new GroupMember(context, { groupId, topics: [topic], consumer }).start();
      const other = new GroupMember(context, {
        groupId,
        topics: [topic],
        consumer: { groupInstanceId: 'two' },
      }).start();
      await settled(context, [first, other], 4);
      expect(first.consumer.groupMetadata().groupInstanceId).toBe('one');
      const owned = [...first.owned].toSorted();
      const { length: events } = other.events;
      await first.close(false);

      const again = new GroupMember(context, { groupId, topics: [topic], consumer }).start();
      await settled(context, [again, other], 4);
      expect([...again.owned].toSorted()).toEqual(owned);
      expect(other.events).toHaveLength(events);
      await again.close();
      await other.close();
    });

    test('fences the process that used its name before', async () => {
      const topic = await context.topic(1);
      const topicPartition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const consumer = { groupInstanceId: 'one' };
      const zombie = new GroupMember(context, { groupId, topics: [topic], consumer }).start();
      await settled(context, [zombie], 1);
      await zombie.stop();
      const successor = new GroupMember(context, { groupId, topics: [topic], consumer }).start();
      await settled(context, [successor], 1);

      const fenced = { code: 'FENCED_INSTANCE_ID' };
      const offset = { topicPartition, offset: 1, leaderEpoch: -1, metadata: '' };
      await expect(zombie.consumer.commit([offset])).rejects.toMatchObject(fenced);
      await expect(zombie.consumer.poll(30_000)).rejects.toMatchObject(fenced);
      await zombie.close(false);
      await successor.consumer.commit([offset]);
      await successor.close();
    });
  });
};
