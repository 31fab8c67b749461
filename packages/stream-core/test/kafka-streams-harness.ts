import { afterEach, expect } from 'vitest';

import { MemoryBroker } from '../src/adapters/memory/memory-broker.ts';
import { silentLogger } from '../src/common/logger.ts';
import type { KafkaStreamsOptions } from '../src/kafka-streams.ts';
import { KafkaStreams } from '../src/kafka-streams.ts';
import { StreamsBuilder } from '../src/kstream/streams-builder.ts';
import { serdes } from '../src/serdes/serdes.ts';
import { inMemoryState } from '../src/state/in-memory-state.ts';
import type { Topology } from '../src/topology/topology.ts';

export const text = { key: serdes.string(), value: serdes.string() };
const open: KafkaStreams[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((streams) => streams.close()));
});

export const broker = (...topics: readonly string[]): MemoryBroker => {
  const made = new MemoryBroker();
  for (const topic of topics) made.createTopic(topic, { partitions: 2 });
  return made;
};

export const create = (
  options: Pick<KafkaStreamsOptions, 'topology' | 'broker'> & Partial<KafkaStreamsOptions>,
): KafkaStreams => {
  const streams = new KafkaStreams({
    applicationId: 'app',
    state: inMemoryState(),
    processingGuarantee: 'exactly_once_v2',
    commitInterval: 10,
    logger: silentLogger,
    ...options,
  });
  open.push(streams);
  return streams;
};

export const copying = (): Topology => {
  const builder = new StreamsBuilder();
  builder.stream('in', text).to('out', text);
  return builder.build();
};

export const counting = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupByKey()
    .count({ materialized: { name: 'counts' } })
    .toStream()
    .to('out');
  return builder.build();
};

export const put = (
  target: MemoryBroker,
  topic: string,
  ...pairs: readonly (readonly [string | null, string | null])[]
): void => {
  const bytes = (part: string | null) => (part === null ? null : Buffer.from(part));
  target.produce(
    topic,
    pairs.map(([key, value]) => ({ key: bytes(key), value: bytes(value) })),
  );
};

export const values = (from: MemoryBroker, topic: string): string[] =>
  from.records(topic).map(({ value }) => String(value));

export const until = (condition: () => boolean | Promise<boolean>) =>
  expect.poll(condition, { timeout: 10_000, interval: 5 }).toBe(true);
