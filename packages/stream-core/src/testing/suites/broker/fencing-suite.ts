import { describe, expect, test } from 'vitest';

import type { GroupMetadata } from '../../../broker/group-consumer.ts';
import type { Producer } from '../../../broker/producer.ts';
import { GroupMember, settled } from './group-member.ts';
import type { SuiteContext } from './suite-context.ts';
import { valuesOf } from './suite-context.ts';

const fenced = { code: expect.stringMatching(/^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)$/) };

/** Successors and zombies: T5 to T7 of the facts. */
export const fencingSuite = (context: SuiteContext): void => {
  describe('a producer with the transactional id of another', () => {
    test('T5: goes on after a restart, as often as it likes', async () => {
      const partition = { topic: await context.topic(), partition: 0 };
      const transactionalId = context.unique('txn');
      for (let restart = 0; restart < 4; restart++) {
        const producer = await context.producer({ transactionalId });
        producer.begin();
        await producer.send(partition, context.values(`${restart}`));
        await producer.commit();
        await producer.close();
      }
      expect(valuesOf(await context.read(partition))).toEqual(['0', '1', '2', '3']);
    });

    test('aborts what its predecessor left open', async () => {
      const partition = { topic: await context.topic(), partition: 0 };
      const transactionalId = context.unique('txn');
      const crashed = await context.producer({ transactionalId });
      crashed.begin();
      await crashed.send(partition, context.values('unfinished'));
      await crashed.close();
      expect(await context.endOffset(partition, 'read_committed')).toBe(0);

      const successor = await context.producer({ transactionalId });
      successor.begin();
      await successor.send(partition, context.values('finished'));
      await successor.commit();
      expect(valuesOf(await context.read(partition))).toEqual(['finished']);
    });

    test('T6: fences its predecessor, whatever that tries next', async () => {
      const topic = await context.topic(2);
      const [written, fresh] = [0, 1].map((partition) => ({ topic, partition }));
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 2);
      const group = member.consumer.groupMetadata();
      const offset = { topicPartition: written!, offset: 1, leaderEpoch: -1, metadata: '' };
      const attempts: Record<string, (zombie: Producer) => Promise<unknown>> = {
        send: (zombie) => zombie.send(written!, context.values('ZOMBIE')),
        'send elsewhere': (zombie) => zombie.send(fresh!, context.values('ZOMBIE')),
        sendOffsets: (zombie) => zombie.sendOffsets([offset], group),
        commit: (zombie) => zombie.commit(),
        abort: (zombie) => zombie.abort(),
      };
      for (const [name, attempt] of Object.entries(attempts)) {
        const transactionalId = context.unique('txn');
        const zombie = await context.producer({ transactionalId });
        zombie.begin();
        await zombie.send(written!, context.values('ZOMBIE before the takeover'));
        const successor = await context.producer({ transactionalId });
        await expect(attempt(zombie), name).rejects.toMatchObject(fenced);
        // It never comes back to life, and it says so instead of hanging.
        await expect(zombie.commit(), name).rejects.toMatchObject(fenced);
        await expect(zombie.abort(), name).rejects.toMatchObject(fenced);
        await expect(zombie.send(fresh!, context.values('ZOMBIE')), name).rejects.toMatchObject(fenced);
        expect(() => zombie.begin(), name).toThrow(expect.objectContaining(fenced));
        successor.begin();
        await successor.send(written!, context.values(name));
        await successor.commit();
      }
      expect(valuesOf(await context.read(written!))).toEqual(Object.keys(attempts));
      expect(await context.read(fresh!)).toEqual([]);
      expect(await member.consumer.committed([written!])).toEqual([null]);
      await member.close();
    });

    test('fences one that has no transaction open', async () => {
      const partition = { topic: await context.topic(), partition: 0 };
      const transactionalId = context.unique('txn');
      const zombie = await context.producer({ transactionalId });
      zombie.begin();
      await zombie.send(partition, context.values('in time'));
      await zombie.commit();
      const successor = await context.producer({ transactionalId });
      zombie.begin();
      await expect(zombie.send(partition, context.values('ZOMBIE'))).rejects.toMatchObject(fenced);
      await successor.close();
      expect(valuesOf(await context.read(partition))).toEqual(['in time']);
    });
  });

  describe('T7: offsets in a transaction', () => {
    const sendOffsets = async (topic: string, group: GroupMetadata, transactionalId: string): Promise<Producer> => {
      const producer = await context.producer({ transactionalId });
      producer.begin();
      const topicPartition = { topic, partition: 0 };
      await producer.sendOffsets([{ topicPartition, offset: 3, leaderEpoch: 1, metadata: 'kept' }], group);
      return producer;
    };

    test('are refused to a stale generation and to a ghost, and taken from a member', async () => {
      const topic = await context.topic();
      const topicPartition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      const group = member.consumer.groupMetadata();

      const stale = sendOffsets(topic, { ...group, generationId: group.generationId - 1 }, context.unique('txn'));
      await expect(stale).rejects.toMatchObject({ code: 'ILLEGAL_GENERATION' });
      const ghost = sendOffsets(topic, { ...group, memberId: 'ghost' }, context.unique('txn'));
      await expect(ghost).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' });
      expect(await member.consumer.committed([topicPartition])).toEqual([null]);

      const producer = await sendOffsets(topic, group, context.unique('txn'));
      await producer.commit();
      const committed = await member.consumer.committed([topicPartition]);
      expect(committed).toEqual([{ offset: 3, leaderEpoch: 1, metadata: 'kept' }]);
      await member.close();
    });

    test('that were refused make the transaction abort, and the producer goes on', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      const group = member.consumer.groupMetadata();
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      await producer.send(partition, context.values('refused'));
      const offset = { topicPartition: partition, offset: 1, leaderEpoch: -1, metadata: '' };
      const stale = { ...group, generationId: group.generationId + 7 };
      const illegal = { code: 'ILLEGAL_GENERATION' };
      await expect(producer.sendOffsets([offset], stale)).rejects.toMatchObject(illegal);
      await expect(producer.commit()).rejects.toMatchObject(illegal);
      await producer.abort();
      producer.begin();
      await producer.send(partition, context.values('taken'));
      await producer.sendOffsets([offset], group);
      await producer.commit();
      await member.close();
      expect(valuesOf(await context.read(partition))).toEqual(['taken']);
    });

    test('are refused to a member that was replaced while it was not looking', async () => {
      const topic = await context.topic();
      const groupId = context.unique('group');
      const options = { groupId, topics: [topic], consumer: { rebalanceTimeoutMs: 500 } };
      const slow = new GroupMember(context, options).start();
      await settled(context, [slow], 1);
      await slow.stop();
      const successor = new GroupMember(context, options).start();
      await settled(context, [successor], 1);
      const late = sendOffsets(topic, slow.consumer.groupMetadata(), context.unique('txn'));
      await expect(late).rejects.toMatchObject({
        code: expect.stringMatching(/^(ILLEGAL_GENERATION|UNKNOWN_MEMBER_ID)$/),
      });
      await slow.close(false);
      await successor.close();
    });
  });
};
