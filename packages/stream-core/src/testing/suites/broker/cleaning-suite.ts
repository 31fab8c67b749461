import { describe, expect, test } from 'vitest';

import type { BrokerSupport, SuiteContext } from './suite-context.ts';
import { valuesOf } from './suite-context.ts';

/** What retention and compaction leave to be seen. */
export const cleaningSuite = (context: SuiteContext, supports: BrokerSupport): void => {
  if (!supports.cleaning) return;
  describe('cleaning', () => {
    test('keeps the latest record of each key at its offset', async () => {
      const topic = await context.topic(1, { 'cleanup.policy': 'compact' });
      const partition = { topic, partition: 0 };
      const updates = [
        { key: 'a', value: '1' },
        { key: 'b', value: '1' },
        { key: 'a', value: '2' },
        { key: 'c', value: null },
        { key: 'a', value: '3' },
        { key: 'b', value: '2' },
      ];
      for (const update of updates) await context.produce(partition, context.batch([update]));
      await context.produce(
        partition,
        context.batch([
          { key: 'd', value: '1' },
          { key: 'd', value: '2' },
        ]),
      );
      await context.broker.clean?.(topic);

      const expected = [
        { key: 'c', value: null, offset: 3 },
        { key: 'a', value: '3', offset: 4 },
        { key: 'b', value: '2', offset: 5 },
        { key: 'd', value: '2', offset: 7 },
      ];
      expect(await context.read(partition)).toMatchObject(expected);
      // A reader may stand in a gap, and gets past one at the end.
      expect(await context.read(partition, { from: 1 })).toMatchObject(expected);
      const { admin } = context.connect();
      expect(await admin.listOffsets([{ partition, spec: 'earliest' }], 'read_uncommitted')).toEqual([0]);
    });

    test('takes away what is beyond the retention', async () => {
      const topic = await context.topic(1, { 'retention.ms': '600000' });
      const partition = { topic, partition: 0 };
      const old = context.broker.clock.now() - 700_000;
      await context.produce(partition, context.batch([{ value: 'old', timestamp: old }]));
      await context.broker.clean?.(topic);
      await context.produce(partition, context.values('new'));
      await context.broker.clean?.(topic);

      const { admin } = context.connect();
      expect(await admin.listOffsets([{ partition, spec: 'earliest' }], 'read_uncommitted')).toEqual([1]);
      expect(valuesOf(await context.read(partition, { from: 1 }))).toEqual(['new']);
      const fetcher = context.fetcher();
      fetcher.assign([partition]);
      fetcher.seek(partition, 0);
      await expect(fetcher.poll(30_000)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    });

    if (!supports.transactions) return;
    test('leaves aborted records out, and no marker hides later ones', async () => {
      const topic = await context.topic(1, { 'cleanup.policy': 'compact', 'delete.retention.ms': '0' });
      const partition = { topic, partition: 0 };
      const producer = await context.producer({ transactionalId: context.unique('txn') });
      const transaction = async (value: string, end: 'commit' | 'abort'): Promise<void> => {
        producer.begin();
        await producer.send(partition, context.batch([{ key: 'k', value }]));
        await producer[end]();
      };
      await transaction('first', 'commit');
      await transaction('aborted', 'abort');
      await transaction('second', 'commit');
      await transaction('aborted too', 'abort');
      for (let round = 0; round < 3; round++) await context.broker.clean?.(topic);
      expect(valuesOf(await context.read(partition))).toEqual(['second']);
      await transaction('third', 'commit');
      for (let round = 0; round < 3; round++) await context.broker.clean?.(topic);
      expect(valuesOf(await context.read(partition))).toEqual(['third']);
      await transaction('fourth', 'commit');
      expect(valuesOf(await context.read(partition))).toEqual(['third', 'fourth']);
    });
  });
};
