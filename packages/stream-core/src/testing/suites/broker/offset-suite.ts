import { describe, expect, test } from 'vitest';

import { GroupMember, settled } from './group-member.ts';
import type { SuiteContext } from './suite-context.ts';

/** Committed offsets of groups, outside of transactions. */
export const offsetSuite = (context: SuiteContext): void => {
  describe('committed offsets', () => {
    test('come back with leader epoch and metadata, in the order asked for', async () => {
      const topic = await context.topic(3);
      const groupId = context.unique('group');
      const consumer = context.groupConsumer(groupId);
      const [first, second, third] = [0, 1, 2].map((partition) => ({ topic, partition }));
      await consumer.commit([
        { topicPartition: first!, offset: 7, leaderEpoch: 3, metadata: 'größer als Ascii' },
        { topicPartition: third!, offset: 0, leaderEpoch: -1, metadata: '' },
      ]);
      expect(await consumer.committed([third!, second!, first!])).toEqual([
        { offset: 0, leaderEpoch: -1, metadata: '' },
        null,
        { offset: 7, leaderEpoch: 3, metadata: 'größer als Ascii' },
      ]);
      const offsets = await context.connect().admin.groupOffsets(groupId);
      expect(offsets).toEqual(
        new Map([
          [`${topic}-0`, 7],
          [`${topic}-2`, 0],
        ]),
      );
    });

    test('of an unknown group are none', async () => {
      const topic = await context.topic();
      const groupId = context.unique('group');
      const consumer = context.groupConsumer(groupId);
      expect(await consumer.committed([{ topic, partition: 0 }])).toEqual([null]);
      expect((await context.connect().admin.groupOffsets(groupId)).size).toBe(0);
    });

    test('take 4,096 bytes of metadata and not one more', async () => {
      const topicPartition = { topic: await context.topic(), partition: 0 };
      const consumer = context.groupConsumer(context.unique('group'));
      const metadata = 'm'.repeat(4_096);
      await consumer.commit([{ topicPartition, offset: 1, leaderEpoch: -1, metadata }]);
      const tooLarge = consumer.commit([{ topicPartition, offset: 2, leaderEpoch: -1, metadata: `${metadata}m` }]);
      await expect(tooLarge).rejects.toMatchObject({ code: 'METADATA_TOO_LARGE' });
      expect(await consumer.committed([topicPartition])).toEqual([{ offset: 1, leaderEpoch: -1, metadata }]);
    });

    test('are where the next member goes on', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const groupId = context.unique('group');
      await context.produce(partition, context.values('a', 'b', 'c'));
      const first = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [first], 1);
      await first.consumer.commit([{ topicPartition: partition, offset: 2, leaderEpoch: 0, metadata: '' }]);
      await first.close();

      const second = new GroupMember(context, { groupId, topics: [topic] }).start();
      await context.until('it has read', () => second.records.length > 0);
      expect(second.records).toMatchObject([{ value: 'c', offset: 2 }]);
      await second.close();
    });

    test('are refused to whoever is no member of a live group', async () => {
      const topic = await context.topic();
      const topicPartition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      const stranger = context.groupConsumer(groupId);
      const commit = stranger.commit([{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }]);
      await expect(commit).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' });
      expect(await member.consumer.committed([topicPartition])).toEqual([null]);
      await member.close();
    });

    test('are refused to a member that the group has given up', async () => {
      const topic = await context.topic();
      const topicPartition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const options = { groupId, topics: [topic], consumer: { rebalanceTimeoutMs: 500 } };
      const slow = new GroupMember(context, options).start();
      await settled(context, [slow], 1);
      // It stops polling, so that it misses the rebalance that the second member begins.
      await slow.stop();
      const second = new GroupMember(context, options).start();
      await settled(context, [second], 1);

      const commit = slow.consumer.commit([{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }]);
      await expect(commit).rejects.toMatchObject({
        code: expect.stringMatching(/^(ILLEGAL_GENERATION|UNKNOWN_MEMBER_ID)$/),
      });
      expect(await second.consumer.committed([topicPartition])).toEqual([null]);
      await second.close();

      // Its next poll tells it that what it owned is lost, and not that it may still commit; then it joins anew.
      slow.start();
      await context.until('it joined anew', () => slow.events.length === 3);
      expect(slow.events).toEqual([`assigned ${topic}-0`, `lost ${topic}-0`, `assigned ${topic}-0`]);
      // Nothing invites it to commit before it is told of the loss.
      expect(slow.calls.slice(3, 5)).toEqual(['lost', 'started']);
      await slow.consumer.commit([{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }]);
      await slow.close();
    });
  });
};
