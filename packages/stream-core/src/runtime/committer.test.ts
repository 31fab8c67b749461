import { expect, test } from 'vitest';

import { silentLogger } from '../common/logger.ts';
import { resolveProcessingConfig } from '../config/resolve-streams-config.ts';
import { StreamsError } from '../errors/streams-error.ts';
import { MetricsRegistry } from '../metrics/metrics.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Committer } from './committer.ts';
import { OutputTopics } from './output-topics.ts';
import { StreamsProducer } from './streams-producer.ts';

/** A committer whose transactions the broker refuses to abort, with output that has to be given up. */
const refused = () => {
  const producer = new StreamsProducer({
    producer: {
      begin: () => undefined,
      send: async () => ({ baseOffset: 0 }),
      abort: () => Promise.reject(new StreamsError('INVALID_PRODUCER_EPOCH', 'refused')),
    } as never,
    topics: new OutputTopics({} as never, silentLogger),
    isTransactional: true,
    plan: { subtopologies: [] },
    batchSizeBytes: 1_000,
    chance: () => 0,
    refusals: {
      config: resolveProcessingConfig({ applicationId: 'app' }),
      logger: silentLogger,
      metrics: new MetricsRegistry(),
    },
  });
  producer.send({ topic: 'out', partition: 0, key: null, value: Buffer.alloc(50), timestamp: 0, headers: [] });
  let wakeups = 0;
  const consumer = { groupMetadata: () => null, wakeup: () => wakeups++ } as never;
  const parts = { clock: new ManualClock(), metrics: new MetricsRegistry(), onCommitted: () => undefined };
  const committer = new Committer({ consumer, producer, isExactlyOnce: true, ...parts });
  return { committer, wakeups: () => wakeups };
};

test('no commit begins behind one that has failed', async () => {
  const { committer } = refused();
  await committer.begin([]);
  await expect(committer.drain()).rejects.toThrow('refused');
  // Who looked for failures a moment before it happened is told now.
  await expect(committer.begin([])).rejects.toMatchObject({ code: 'INVALID_PRODUCER_EPOCH' });
});

test('a commit that fails wakes up who polls', async () => {
  const { committer, wakeups } = refused();
  await committer.begin([]);
  expect(wakeups()).toBe(0);
  await committer.abandon();
  expect(wakeups()).toBe(1);
});
