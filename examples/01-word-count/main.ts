// Counts words, as the first program of Kafka Streams does: lines in, the count of every word out.

import { inMemoryState, KafkaStreams, StreamsBuilder, serdes } from '@millrace/stream-core';
import type { Broker } from '@millrace/stream-core/broker';
import { MemoryBroker } from '@millrace/stream-core/memory';

/** Starts the application. With `commitInterval` 10 the output comes at once. */
export const startWordCount = async (broker: Broker): Promise<KafkaStreams> => {
  const text = { key: serdes.string(), value: serdes.string() };
  const builder = new StreamsBuilder();
  builder
    .stream('lines', text)
    .flatMapValues((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
    // The key changes, so the words go through a repartition topic: all of one word come to one place.
    .groupBy((_key, word) => word, { ...text, name: 'words' })
    .count({ materialized: { name: 'counts' } })
    .toStream()
    .to('word-counts');

  const streams = new KafkaStreams({
    topology: builder.build(),
    applicationId: 'word-count',
    broker,
    state: inMemoryState(),
    processingGuarantee: 'exactly_once_v2',
    commitInterval: 10,
  });
  await streams.start();
  return streams;
};

if (import.meta.main) {
  const broker = new MemoryBroker();
  for (const topic of ['lines', 'word-counts']) broker.createTopic(topic, { partitions: 3 });
  const streams = await startWordCount(broker);
  process.once('SIGINT', () => void streams.close());

  console.log('Type lines of text; the counts follow. Ctrl-D ends.');
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    broker.produce('lines', [{ key: null, value: Buffer.from(String(chunk)) }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const latest = new Map(broker.records('word-counts').map(({ key, value }) => [String(key), value]));
    for (const [word, count] of latest) console.log(word, serdes.long().deserialize(count ?? Buffer.alloc(8), '', []));
  }
  await streams.close();
}
