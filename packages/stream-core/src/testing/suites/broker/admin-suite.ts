import { describe, expect, test } from 'vitest';

import type { SuiteContext } from './suite-context.ts';

/** Topics and their offsets. */
export const adminSuite = (context: SuiteContext): void => {
  const topicOf = (name: string, partitions = 1) => ({ name, partitions, replicationFactor: -1, configs: {} });

  describe('topics', () => {
    test('are created, described, listed and deleted', async () => {
      const { admin } = context.connect();
      const name = context.unique('topic');
      await admin.createTopics([topicOf(name, 3)]);
      await context.until('it is described', async () => (await admin.describeTopics([name])).has(name));

      expect(await admin.describeTopics([name, context.unique('none')])).toEqual(
        new Map([[name, { name, partitions: 3 }]]),
      );
      expect(await admin.listTopics()).toContain(name);

      await admin.deleteTopics([name]);
      await context.until('it is gone', async () => !(await admin.listTopics()).includes(name));
      expect((await admin.describeTopics([name])).size).toBe(0);
    });

    test('that exist make createTopics reject after the others were created', async () => {
      const { admin } = context.connect();
      const existing = await context.topic(2);
      const fresh = context.unique('topic');
      await expect(admin.createTopics([topicOf(existing), topicOf(fresh)])).rejects.toMatchObject({
        code: 'TOPIC_EXISTS',
      });
      await context.until('the other one is there', async () => (await admin.listTopics()).includes(fresh));
      expect((await admin.describeTopics([existing])).get(existing)?.partitions).toBe(2);
    });

    test('have the settings that they were created with over the defaults', async () => {
      const { admin } = context.connect();
      const topic = await context.topic(1, { 'cleanup.policy': 'compact', 'retention.ms': '-1' });
      const configs = await admin.topicConfigs(topic);
      expect(configs).toMatchObject({ 'cleanup.policy': 'compact', 'retention.ms': '-1' });
      expect(configs['message.timestamp.type']).toBe('CreateTime');
      expect(Number(configs['max.message.bytes'])).toBeGreaterThan(0);
    });

    test('that are unknown are an error', async () => {
      const { admin } = context.connect();
      const unknown = { code: 'UNKNOWN_TOPIC_OR_PARTITION' };
      const topic = context.unique('none');
      await expect(admin.topicConfigs(topic)).rejects.toMatchObject(unknown);
      await expect(admin.deleteTopics([topic])).rejects.toMatchObject(unknown);
      const requests = [{ partition: { topic, partition: 0 }, spec: 'latest' as const }];
      await expect(admin.listOffsets(requests, 'read_uncommitted')).rejects.toMatchObject(unknown);
    });
  });

  describe('listOffsets', () => {
    test('gives the ends of the log, in the order asked for', async () => {
      const topic = await context.topic(2);
      await context.produce({ topic, partition: 1 }, context.values('a', 'b'), context.values('c'));
      const { admin } = context.connect();
      const offsets = await admin.listOffsets(
        [
          { partition: { topic, partition: 1 }, spec: 'latest' },
          { partition: { topic, partition: 0 }, spec: 'latest' },
          { partition: { topic, partition: 1 }, spec: 'earliest' },
        ],
        'read_uncommitted',
      );
      expect(offsets).toEqual([3, 0, 0]);
    });

    test('finds the first record with a timestamp or a later one', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const start = context.broker.clock.now() - 100_000;
      // Timestamps need not grow: the answer is the first by offset.
      const batches = [[0, 10, 20], [50, 30], [40]].map((times) =>
        context.batch(times.map((time) => ({ value: `${time}`, timestamp: start + time }))),
      );
      await context.produce(partition, ...batches);
      const { admin } = context.connect();
      const find = async (time: number): Promise<number | undefined> => {
        const requests = [{ partition, spec: { timestamp: start + time } }];
        return (await admin.listOffsets(requests, 'read_uncommitted'))[0];
      };
      expect(await find(-5)).toBe(0);
      expect(await find(10)).toBe(1);
      expect(await find(11)).toBe(2);
      expect(await find(21)).toBe(3);
      expect(await find(50)).toBe(3);
      // A timestamp behind the last record gives the log end.
      expect(await find(51)).toBe(6);
    });

    test('begins where deleteRecords ended', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      await context.produce(partition, context.values('a', 'b', 'c'), context.values('d'));
      const { admin } = context.connect();
      await admin.deleteRecords([{ partition, beforeOffset: 2 }]);
      expect(await admin.listOffsets([{ partition, spec: 'earliest' }], 'read_uncommitted')).toEqual([2]);
      expect(await context.read(partition, { from: 2 })).toMatchObject([
        { value: 'c', offset: 2 },
        { value: 'd', offset: 3 },
      ]);
    });
  });
};
