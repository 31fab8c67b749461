import { describe, expect, test } from 'vitest';

import type { BrokerSupport, SuiteContext } from './suite-context.ts';
import { valuesOf } from './suite-context.ts';

/** Sending without transactions. */
export const produceSuite = (context: SuiteContext, supports: BrokerSupport): void => {
  describe('a producer', () => {
    test('appends records as they are, and says where', async () => {
      const topic = await context.topic(2);
      const producer = await context.producer();
      const timestamp = context.broker.clock.now() - 5_000;
      const headers = [
        { key: 'h', value: Buffer.from([0, 255]) },
        { key: 'h', value: null },
      ];
      const records = [
        { key: 'k', value: 'v', timestamp, headers },
        { key: null, value: 'no key', timestamp: timestamp + 1 },
        { key: 'tombstone', value: null, timestamp: timestamp - 1 },
        { key: '', value: '', timestamp },
      ];
      const partition = { topic, partition: 1 };
      expect(await producer.send(partition, context.batch(records))).toEqual({ baseOffset: 0 });
      expect(await producer.send(partition, context.values('x'))).toEqual({ baseOffset: 4 });
      expect(await producer.send({ topic, partition: 0 }, context.values('y'))).toEqual({ baseOffset: 0 });

      const read = await context.read(partition);
      expect(read).toHaveLength(5);
      expect(read.slice(0, 4)).toMatchObject(records.map((record, offset) => ({ headers: [], ...record, offset })));
    });

    test('keeps the order of sends that nobody waited for', async () => {
      const topic = await context.topic(2);
      const producer = await context.producer();
      const sends = Array.from({ length: 100 }, (_, index) =>
        producer.send({ topic, partition: index % 2 }, context.values(`${index}`)),
      );
      await Promise.all(sends);
      const values = valuesOf(await context.read({ topic, partition: 1 }));
      expect(values).toEqual(Array.from({ length: 50 }, (_, index) => `${index * 2 + 1}`));
    });

    test('meets RECORD_TOO_LARGE, and goes on', async () => {
      const topic = await context.topic(1, { 'max.message.bytes': '2000' });
      const partition = { topic, partition: 0 };
      const producer = await context.producer();
      await producer.send(partition, context.values('before'));
      const tooLarge = producer.send(partition, context.values('x'.repeat(3000)));
      const behind = producer.send(partition, context.values('behind'));
      await expect(tooLarge).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
      await behind;
      await producer.send(partition, context.values('after'));
      expect(valuesOf(await context.read(partition))).toEqual(['before', 'behind', 'after']);
    });

    test('meets UNKNOWN_TOPIC_OR_PARTITION', async () => {
      const topic = await context.topic(1);
      const producer = await context.producer();
      const sent = producer.send({ topic, partition: 7 }, context.values('x'));
      await expect(sent).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
      await producer.send({ topic, partition: 0 }, context.values('x'));
    });

    test('that was closed sends no more', async () => {
      const topic = await context.topic();
      const producer = await context.producer();
      await producer.close();
      const sent = producer.send({ topic, partition: 0 }, context.values('x'));
      await expect(sent).rejects.toMatchObject({ code: 'CLOSED' });
    });

    test('gets large batches through', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const values = Array.from({ length: 9 }, (_, index) => `${index}`.repeat(100_000));
      await context.produce(partition, context.values(...values));
      expect(valuesOf(await context.read(partition))).toEqual(values);
    });

    test('has its timestamps replaced where the topic asks for it', async () => {
      const topic = await context.topic(1, { 'message.timestamp.type': 'LogAppendTime' });
      const partition = { topic, partition: 0 };
      const before = context.broker.clock.now();
      await context.produce(
        partition,
        context.batch([
          { value: 'old', timestamp: 1_000 },
          { value: 'older', timestamp: 500 },
        ]),
      );
      const read = await context.read(partition);
      expect(valuesOf(read)).toEqual(['old', 'older']);
      // Another machine's clock may be a little behind.
      for (const { timestamp } of read) expect(timestamp).toBeGreaterThan(before - 60_000);
      expect(read[0]?.timestamp).toBe(read[1]?.timestamp);
    });

    if (!supports.lostAnswers) return;
    test('sends a batch again whose answer got lost, and it is there once', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const producer = await context.producer();
      await producer.send(partition, context.values('a'));
      context.broker.loseNextProduceAnswer?.();
      expect(await producer.send(partition, context.values('b'))).toEqual({ baseOffset: 1 });
      expect(await producer.send(partition, context.values('c'))).toEqual({ baseOffset: 2 });
      expect(valuesOf(await context.read(partition))).toEqual(['a', 'b', 'c']);
    });
  });
};
