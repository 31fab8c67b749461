import { describe, expect, test } from 'vitest';

import { GroupMember, settled } from './group-member.ts';
import type { SuiteContext } from './suite-context.ts';
import { valuesOf } from './suite-context.ts';

/** Transactions of one producer: records and offsets that become visible together, or never. */
export const transactionSuite = (context: SuiteContext): void => {
  describe('a transaction', () => {
    test('shows nothing before its commit, and then everything', async () => {
      const topic = await context.topic(2);
      const [first, second] = [0, 1].map((partition) => ({ topic, partition }));
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      expect(await producer.send(first!, context.values('a'))).toEqual({ baseOffset: 0 });
      await producer.send(second!, context.values('b'));
      // The last stable offset is where the open transaction begins; the log end is behind it.
      expect(await context.endOffset(first!, 'read_committed')).toBe(0);
      expect(await context.endOffset(first!, 'read_uncommitted')).toBe(1);
      expect(valuesOf(await context.read(first!, { isolationLevel: 'read_uncommitted' }))).toEqual(['a']);
      const fetcher = context.fetcher();
      fetcher.assign([first!]);
      fetcher.seek(first!, 0);
      expect(await context.pollRecords(fetcher, 50)).toEqual([]);

      const polled = context.pollRecords(fetcher, 30_000);
      await producer.commit();
      // A reader that waits is woken by the commit.
      expect(valuesOf(await polled)).toEqual(['a']);
      expect(valuesOf(await context.read(second!))).toEqual(['b']);
      await context.until('the position is behind the marker', async () => {
        await fetcher.poll(50);
        return fetcher.position(first!) === 2;
      });
      expect(await context.endOffset(first!)).toBe(2);
      expect(await context.endOffset(first!, 'read_committed')).toBe(2);
    });

    test('leaves nothing when it is aborted', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      await producer.send(partition, context.values('aborted'));
      await producer.abort();
      expect(await context.read(partition)).toEqual([]);
      expect(valuesOf(await context.read(partition, { isolationLevel: 'read_uncommitted' }))).toEqual(['aborted']);
      producer.begin();
      await producer.send(partition, context.values('committed'));
      await producer.commit();
      expect(valuesOf(await context.read(partition))).toEqual(['committed']);
    });

    test('may be empty', async () => {
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      await producer.commit();
      producer.begin();
      await producer.abort();
      producer.begin();
      await producer.commit();
    });

    test('follows on another without a pause', async () => {
      const topic = await context.topic(2);
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      const expected: string[] = [];
      for (let round = 0; round < 25; round++) {
        producer.begin();
        const sends = [0, 1].map((partition) => producer.send({ topic, partition }, context.values(`${round}`)));
        await Promise.all(sends);
        if (round % 3 === 0) {
          await producer.abort();
        } else {
          await producer.commit();
          expected.push(`${round}`);
        }
      }
      expect(valuesOf(await context.read({ topic, partition: 0 }))).toEqual(expected);
      expect(valuesOf(await context.read({ topic, partition: 1 }))).toEqual(expected);
    });

    test('waits at its commit for what is still being sent', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      const sends = Array.from({ length: 20 }, (_, index) => producer.send(partition, context.values(`${index}`)));
      await Promise.all([...sends, producer.commit()]);
      expect(await context.read(partition)).toHaveLength(20);
    });

    test('cannot be committed without a record that was refused', async () => {
      const topic = await context.topic(1, { 'max.message.bytes': '2000' });
      const partition = { topic, partition: 0 };
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      await producer.send(partition, context.values('half'));
      const refused = { code: 'RECORD_TOO_LARGE' };
      await expect(producer.send(partition, context.values('x'.repeat(3_000)))).rejects.toMatchObject(refused);
      await expect(producer.commit()).rejects.toMatchObject(refused);
      await producer.abort();
      producer.begin();
      await producer.send(partition, context.values('whole'));
      await producer.commit();
      expect(valuesOf(await context.read(partition))).toEqual(['whole']);
    });

    test('must be open for what belongs into it, and not twice', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const invalid = { code: 'INVALID_TXN_STATE' };
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      await expect(producer.send(partition, context.values('x'))).rejects.toMatchObject(invalid);
      await expect(producer.commit()).rejects.toMatchObject(invalid);
      await expect(producer.abort()).rejects.toMatchObject(invalid);
      producer.begin();
      expect(() => producer.begin()).toThrow(expect.objectContaining(invalid));
      await producer.abort();
      const plain = await context.producer();
      expect(() => plain.begin()).toThrow(expect.objectContaining(invalid));
      expect(await context.endOffset(partition)).toBe(0);
    });

    test('that stays open too long is aborted by the broker', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const transactionalId = context.unique('txn');
      const producer = await context.producer({ transactionalId, transactionTimeoutMs: 1_000 });
      producer.begin();
      await producer.send(partition, context.values('forgotten'));
      await context.until('it is aborted', async () => {
        return (await context.endOffset(partition, 'read_committed')) === 2;
      });
      const ended = { code: expect.stringMatching(/^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH|INVALID_TXN_STATE)$/) };
      await expect(producer.send(partition, context.values('late'))).rejects.toMatchObject(ended);
      await expect(producer.commit()).rejects.toMatchObject(ended);
      expect(await context.read(partition)).toEqual([]);

      const successor = await context.producer({ transactionalId });
      successor.begin();
      await successor.send(partition, context.values('anew'));
      await successor.commit();
      expect(valuesOf(await context.read(partition))).toEqual(['anew']);
    });
  });

  describe('offsets in a transaction', () => {
    test('count with its commit, and are waited for until then', async () => {
      const topic = await context.topic();
      const topicPartition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      const { consumer } = member;
      await consumer.commit([{ topicPartition, offset: 1, leaderEpoch: -1, metadata: 'old' }]);
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      const offset = { topicPartition, offset: 5, leaderEpoch: 0, metadata: 'with metadata' };
      await producer.sendOffsets([offset], consumer.groupMetadata());
      expect(await context.connect().admin.groupOffsets(groupId)).toEqual(new Map());

      const committed = consumer.committed([topicPartition]);
      let isAnswered = false;
      void committed.finally(() => {
        isAnswered = true;
      });
      await context.until('some polls went by', async () => {
        await context.fetcher().poll(100);
        return true;
      });
      expect(isAnswered).toBe(false);
      await producer.commit();
      expect(await committed).toEqual([{ offset: 5, leaderEpoch: 0, metadata: 'with metadata' }]);
      await context.until('the admin sees it', async () => {
        return (await context.connect().admin.groupOffsets(groupId)).get(`${topic}-0`) === 5;
      });
      await member.close();
    });

    test('are gone when it is aborted', async () => {
      const topic = await context.topic();
      const topicPartition = { topic, partition: 0 };
      const groupId = context.unique('group');
      const member = new GroupMember(context, { groupId, topics: [topic] }).start();
      await settled(context, [member], 1);
      const { consumer } = member;
      const offset = (value: number) => ({ topicPartition, offset: value, leaderEpoch: -1, metadata: '' });
      await consumer.commit([offset(1)]);
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      producer.begin();
      await producer.sendOffsets([offset(5)], consumer.groupMetadata());
      await producer.abort();
      expect(await consumer.committed([topicPartition])).toEqual([{ offset: 1, leaderEpoch: -1, metadata: '' }]);
      producer.begin();
      await producer.sendOffsets([offset(6)], consumer.groupMetadata());
      await producer.sendOffsets([offset(7)], consumer.groupMetadata());
      await producer.commit();
      expect(await consumer.committed([topicPartition])).toMatchObject([{ offset: 7 }]);
      await member.close();
    });
  });
};
