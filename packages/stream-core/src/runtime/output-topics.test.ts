import { expect, test } from 'vitest';

import { yieldToEventLoop } from '../common/clock.ts';
import { silentLogger } from '../common/logger.ts';
import { OutputTopics } from './output-topics.ts';

const cluster = (partitions: Record<string, number>) => {
  const asked: string[][] = [];
  const warnings: string[] = [];
  const state = { isDown: false };
  const admin = {
    describeTopics: async (names: readonly string[]) => {
      asked.push([...names]);
      if (state.isDown) throw new Error('down');
      const found = names.filter((name) => partitions[name] !== undefined);
      return new Map(found.map((name) => [name, { name, partitions: partitions[name] }]));
    },
    topicConfigs: async () => ({ 'max.message.bytes': '100' }),
  };
  const topics = new OutputTopics(admin as never, { ...silentLogger, warn: (event) => warnings.push(event) });
  return { topics, asked, warnings, state, partitions };
};

test('topics are asked for once, and those that do not exist stay unknown', async () => {
  const { topics, asked } = cluster({ one: 3 });
  await topics.find(['one', 'one', 'missing']);
  await topics.find(['one']);
  expect(asked).toEqual([['one', 'missing']]);
  expect([topics.partitions('one'), topics.partitions('missing')]).toEqual([3, null]);
  expect(topics.maxBatchBytes('one')).toBe(100);
  await expect(topics.learn(['one', 'missing'])).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    context: { topic: 'missing' },
  });
});

test('they are looked at again every five minutes', async () => {
  const { topics, asked, partitions } = cluster({ one: 3 });
  await topics.find(['one']);
  topics.maybeRefresh(1_000);
  partitions['one'] = 5;
  topics.maybeRefresh(300_999);
  expect(asked.length).toBe(1);
  topics.maybeRefresh(301_000);
  await yieldToEventLoop();
  expect(topics.partitions('one')).toBe(5);
  expect(topics.maxBatchBytes('one')).toBe(100);
});

test('while that fails, or a topic is gone, what is known stays', async () => {
  const { topics, warnings, state, partitions } = cluster({ one: 3 });
  await topics.find(['one']);
  state.isDown = true;
  topics.refresh(0);
  await yieldToEventLoop();
  expect(warnings).toEqual(['output.refresh_failed']);
  state.isDown = false;
  delete partitions['one'];
  topics.refresh(0);
  await yieldToEventLoop();
  expect(topics.partitions('one')).toBe(3);
});
