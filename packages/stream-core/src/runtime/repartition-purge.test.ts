import { expect, test } from 'vitest';

import { yieldToEventLoop } from '../common/clock.ts';
import { silentLogger } from '../common/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { RepartitionPurge } from './repartition-purge.ts';

const purging = () => {
  const requests: string[] = [];
  const broker = { isDown: false };
  const purge = new RepartitionPurge({
    admin: {
      deleteRecords: async (wanted: readonly { partition: { partition: number }; beforeOffset: number }[]) => {
        for (const { partition, beforeOffset } of wanted) requests.push(`${partition.partition}:${beforeOffset}`);
        if (broker.isDown) throw new Error('down');
      },
    } as never,
    plan: { repartitionTopics: new Map([['r', { name: 'r', partitions: null }]]) } as never,
    config: { clock: new ManualClock(0), repartitionPurgeIntervalMs: 10, logger: silentLogger } as never,
  });
  const commit = (partition: number, offset: number, topic = 'r'): void =>
    purge.committed([
      { offsets: [{ topicPartition: { topic, partition }, offset, leaderEpoch: -1, metadata: '' }] } as never,
    ]);
  const run = async (now: number): Promise<string[]> => {
    purge.maybeRun(now);
    await yieldToEventLoop();
    return requests.splice(0);
  };
  return { broker, commit, run };
};

test('what is committed of a repartition topic is deleted, once, at each interval', async () => {
  const { commit, run } = purging();
  commit(0, 5);
  commit(0, 7, 'in');
  expect(await run(9)).toEqual([]);
  expect(await run(10)).toEqual(['0:5']);
  commit(0, 5);
  commit(1, 3);
  expect(await run(20)).toEqual(['1:3']);
  expect(await run(30)).toEqual([]);
});

test('what failed is tried again, although nothing more was committed', async () => {
  const { broker, commit, run } = purging();
  broker.isDown = true;
  commit(0, 5);
  expect(await run(10)).toEqual(['0:5']);
  broker.isDown = false;
  expect(await run(20)).toEqual(['0:5']);
  expect(await run(30)).toEqual([]);
});
