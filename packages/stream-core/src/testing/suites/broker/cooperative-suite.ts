import { describe, expect, test } from 'vitest';

import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { GroupMemberOptions } from './group-member.ts';
import { GroupMember, settled } from './group-member.ts';
import type { SuiteContext } from './suite-context.ts';

/** What members see of a rebalance, call by call (KIP-429). */
export const cooperativeSuite = (context: SuiteContext): void => {
  describe('a cooperative rebalance', () => {
    test('never gives a partition two owners', async () => {
      const topic = await context.topic(6);
      const groupId = context.unique('group');
      const owners = new Map<string, GroupMember>();
      const violations: string[] = [];
      const join = (): GroupMember => {
        const member = new GroupMember(context, { groupId, topics: [topic], onRevoked: async (gone) => release(gone) });
        const { onPartitionsAssigned } = member;
        member.onPartitionsAssigned = async (partitions) => {
          for (const key of partitions.map(topicPartitionKey)) {
            if (owners.has(key)) violations.push(key);
            owners.set(key, member);
          }
          await onPartitionsAssigned.call(member, partitions);
        };
        return member.start();
      };
      const release = (partitions: readonly TopicPartition[]): void => {
        for (const partition of partitions) owners.delete(topicPartitionKey(partition));
      };
      const members: GroupMember[] = [];
      for (let count = 1; count <= 3; count++) {
        members.push(join());
        await settled(context, members, 6);
      }
      while (members.length > 1) {
        const leaving = members.shift()!;
        await leaving.stop();
        for (const [key, owner] of owners) if (owner === leaving) owners.delete(key);
        await leaving.close();
        await settled(context, members, 6);
      }
      await members[0]?.close();
      expect(violations).toEqual([]);
    });

    test('takes from a member only what moves', async () => {
      const topic = await context.topic(4);
      const groupId = context.unique('group');
      const first = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [first], 4);
      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [first, second], 4);
      const moved = [...second.owned].toSorted().join(',');
      // Every rebalance ends with onPartitionsAssigned, also when nothing was added.
      expect(first.events.filter((event) => event !== 'assigned')).toEqual([
        `assigned ${topic}-0,${topic}-1,${topic}-2,${topic}-3`,
        `revoked ${moved}`,
      ]);
      expect(second.events.filter((event) => event !== 'assigned')).toEqual([`assigned ${moved}`]);
      expect(first.events.at(-1)).toBe('assigned');
      await first.close();
      await second.close();
    });

    test('of three members moves only what has to, whoever comes, leaves or crashes', async () => {
      const topic = await context.topic(12);
      const groupId = context.unique('group');
      const members: GroupMember[] = [];
      for (let count = 1; count <= 3; count++) {
        members.push(new GroupMember(context, { groupId, topics: [topic] }).start());
        await settled(context, members, 12);
      }
      const [first, second, third] = members as [GroupMember, GroupMember, GroupMember];
      const revokedBy = (member: GroupMember): string[] =>
        member.events.filter((event) => event.startsWith('revoked ')).flatMap((event) => event.slice(8).split(','));
      // Twelve became six, and six became four; every partition that was revoked left for good.
      expect(members.map((member) => revokedBy(member).length)).toEqual([8, 2, 0]);
      for (const member of members) expect(revokedBy(member).filter((each) => member.owned.has(each))).toEqual([]);
      const [ofFirst, ofThird] = [[...first.owned], [...third.owned]];
      await second.close();
      await settled(context, [first, third], 12);
      expect(ofFirst.every((each) => first.owned.has(each))).toBe(true);
      expect(ofThird.every((each) => third.owned.has(each))).toBe(true);
      await third.close(false);
      await settled(context, [first], 12);
      expect(revokedBy(first)).toHaveLength(8);
      expect(members.flatMap(({ events }) => events.filter((event) => event.startsWith('lost')))).toEqual([]);
      await first.close();
    });

    test('lets records and commits through while others are waited for', async () => {
      const topic = await context.topic(2);
      const topicPartition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const first = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [first], 2);
      await first.stop();
      // The second member waits for the first one, which is busy and still owns everything.
      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await context.produce(topicPartition, context.values('a'));
      await first.consumer.commit([{ topicPartition, offset: 0, leaderEpoch: -1, metadata: 'still mine' }]);
      first.start();
      await settled(context, [first, second], 2);
      await context.until('the record was read', () => first.records.length + second.records.length === 1);
      await first.close();
      await second.close();
    });

    test('lets the old owner commit what is revoked, and the new owner sees it', async () => {
      const topic = await context.topic(2);
      const groupId = context.unique('group');
      const options: GroupMemberOptions = {
        groupId,
        topics: [topic],
        onRevoked: async (partitions) => {
          const offsets = partitions.map((topicPartition) => ({
            topicPartition,
            offset: 1,
            leaderEpoch: -1,
            metadata: 'from the old owner',
          }));
          await first.consumer.commit(offsets);
        },
      };
      for (const partition of [0, 1]) await context.produce({ topic, partition }, context.values('old', 'new'));
      const first = new GroupMember(context, options).start();
      await context.until('all was read', () => first.records.length === 4);
      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await context.until('the new owner has read', () => second.records.length > 0);
      expect(second.records).toMatchObject([{ value: 'new', offset: 1 }]);
      expect(first.error).toBeNull();
      await first.close();
      await second.close();
    });

    test('calls the protocol first, and everything with the new generation', async () => {
      const topic = await context.topic(2);
      const groupId = context.unique('group');
      const first = new GroupMember(context, { groupId, topics: [topic] });
      const seen: number[] = [];
      const { onPartitionsAssigned } = first;
      first.onPartitionsAssigned = async (partitions) => {
        seen.push(first.protocol.assignments.length);
        await onPartitionsAssigned.call(first, partitions);
      };
      first.start();
      await settled(context, [first], 2);
      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [first, second], 2);
      expect(seen).toEqual(seen.map((_, index) => index + 1));
      // The call that revokes has the generation of the assignment that caused it, in which it may still commit.
      const revoked = first.events.findIndex((event) => event.startsWith('revoked'));
      expect(first.generations[revoked]).toBe(first.generations[revoked + 1]);
      expect(first.generations[revoked]).toBeGreaterThan(first.generations[revoked - 1]!);
      await first.close();
      await second.close();
    });

    test('is announced before the member rejoins, while it may still commit, and at its end', async () => {
      const topic = await context.topic(2);
      const groupId = context.unique('group');
      const committed: unknown[] = [];
      const first = new GroupMember(context, {
        groupId,
        topics: [topic],
        onStarted: async () => {
          if (first.owned.size === 0) return;
          const topicPartition = { topic, partition: 0 };
          const metadata = `generation ${first.consumer.groupMetadata().generationId}`;
          await first.consumer.commit([{ topicPartition, offset: 1, leaderEpoch: -1, metadata }]);
          committed.push(...(await first.consumer.committed([topicPartition])));
        },
      });
      first.start();
      await settled(context, [first], 2);
      expect(first.calls).toEqual(['started', 'assigned', 'completed']);
      const { generationId } = first.consumer.groupMetadata();
      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [first, second], 2);
      expect(committed[0]).toMatchObject({ metadata: `generation ${generationId}` });
      const [, , , ...later] = first.calls;
      expect(later.slice(0, 4)).toEqual(['started', 'revoked', 'assigned', 'completed']);
      // What it gave up goes to the other one in a rebalance of its own.
      await context.until('that is over, too', () => first.calls.length >= 10);
      expect(first.calls.slice(7, 10)).toEqual(['started', 'assigned', 'completed']);
      await first.close();
      await second.close();
    });

    test('carries user data to the leader and back', async () => {
      const topic = await context.topic(1);
      const groupId = context.unique('group');
      const member = (data: string): GroupMember =>
        new GroupMember(context, { groupId, topics: [topic], userData: () => data }).start();
      const first = member('ä1');
      await context.until('it owns', () => first.owned.size === 1);
      const second = member('b2');
      const told = (each: GroupMember): string =>
        Buffer.from(each.protocol.assignments.at(-1)?.userData ?? []).toString();
      await context.until('both were told', () => told(first).includes('b2') && told(second).includes('ä1'));
      expect(told(first)).toBe(told(second));
      const leader = [first, second].find((each) => each.protocol.led.at(-1)?.length === 2)!;
      const owned = leader.protocol.led.at(-1)!.flatMap((each) => each.ownedPartitions);
      expect(owned).toEqual([{ topic, partition: 0 }]);
      await first.close();
      await second.close();
    });

    test('comes when a member asks for one, leader or not', async () => {
      const topic = await context.topic(2);
      const groupId = context.unique('group');
      const members = [1, 2].map(() => new GroupMember(context, { groupId, topics: [topic] }).start());
      await settled(context, members, 2);
      for (const member of members) {
        const rebalances = (): number[] => members.map((each) => each.protocol.assignments.length);
        const before = rebalances();
        member.consumer.requestRejoin('a test asked for it');
        await context.until('both rebalanced', () => rebalances().every((count, index) => count > before[index]!));
        await settled(context, members, 2);
      }
      for (const member of members) await member.close();
    });

    test('comes when a subscribed topic is created', async () => {
      const existing = await context.topic(1);
      const later = context.unique('topic');
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [existing, later] }).start();
      await settled(context, [member], 1);
      const { admin } = context.connect();
      await admin.createTopics([{ name: later, partitions: 2, replicationFactor: -1, configs: {} }]);
      await settled(context, [member], 3);
      expect(member.events.filter((event) => event.startsWith('revoked'))).toEqual([]);
      await member.close();
    });

    test('comes when a subscribed topic grows', async ({ skip }) => {
      const { createPartitions } = context.broker;
      if (createPartitions === undefined) return skip('the broker under test cannot add partitions');
      const topic = await context.topic(1);
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      await createPartitions(topic, 3);
      await settled(context, [member], 3);
      await member.close();
    });

    test('follows a change of the subscription', async () => {
      const [old, kept] = [await context.topic(1), await context.topic(1)];
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [old, kept] }).start();
      await settled(context, [member], 2);
      member.consumer.subscribe({ topics: [kept], protocol: member.protocol, listener: member });
      await context.until('the other topic is gone', () => member.owned.size === 1);
      expect([...member.owned]).toEqual([`${kept}-0`]);
      expect(member.events).toContain(`revoked ${old}-0`);
      await member.close();
    });

    test('is carried through although the listener throws', async () => {
      const topic = await context.topic(2);
      const groupId = context.unique('group');
      const failing = new GroupMember(context, {
        groupId,
        topics: [topic],
        onRevoked: async () => {
          throw new Error('the commit failed');
        },
      }).start();
      await settled(context, [failing], 2);
      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await context.until('the poll failed', () => failing.error !== null);
      expect(failing.error).toMatchObject({ message: 'the commit failed' });
      // What it was to give up is not its own any more, and the group goes on.
      failing.start();
      await context.until('the other one got its share', () => second.owned.size === 1);
      const [moved] = second.owned;
      const partition = { topic, partition: Number(moved?.at(-1)) };
      expect(failing.consumer.position(partition)).toBeNull();
      await failing.close();
      await second.close();
    });
  });
};
