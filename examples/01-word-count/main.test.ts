import { MemoryBroker } from '@millrace/stream-core/memory';
import { expect, test } from 'vitest';

import { startWordCount } from './main.ts';

test('the last count of every word, whoever counted it', async () => {
  const broker = new MemoryBroker();
  for (const topic of ['lines', 'word-counts']) broker.createTopic(topic, { partitions: 3 });
  const instances = await Promise.all([startWordCount(broker), startWordCount(broker)]);
  const lines = ['All streams lead to Kafka', 'Hello Kafka Streams', 'Join Kafka Summit'];
  broker.produce(
    'lines',
    lines.map((line) => ({ key: null, value: Buffer.from(line) })),
  );
  const counts = () =>
    Object.fromEntries(
      broker
        .records('word-counts')
        .map(({ key, value }) => [String(key), Number(Buffer.from(value ?? []).readBigInt64BE())]),
    );
  await expect
    .poll(counts, { timeout: 10_000 })
    .toEqual({ all: 1, streams: 2, lead: 1, to: 1, kafka: 3, hello: 1, join: 1, summit: 1 });
  await Promise.all(instances.map((streams) => streams.close()));
});
