import { inMemoryState, KafkaStreams, StreamsBuilder, seededChance, serdes, silentLogger } from '@millrace/stream-core';
import { MemoryBroker } from '@millrace/stream-core/memory';
import { expect, it } from 'vitest';
import { PacedBroker } from './paced-broker.ts';
import { SteppedClock } from './stepped-clock.ts';

const options = { key: serdes.string(), value: serdes.string() };

const countOfWords = async (pace: (broker: MemoryBroker, clock: SteppedClock) => MemoryBroker | PacedBroker) => {
  const clock = new SteppedClock(0);
  const chance = seededChance(1);
  const broker = new MemoryBroker({ clock, chance });
  for (const topic of ['lines', 'counts']) broker.createTopic(topic, { partitions: 1 });
  const builder = new StreamsBuilder();
  builder
    .stream('lines', options)
    .flatMap((_key, line) => line.split(' ').map((word) => [word, word] as const))
    .groupByKey(options)
    .count()
    .toStream()
    .to('counts', { key: serdes.string(), value: serdes.integer() });
  const streams = new KafkaStreams({
    applicationId: 'words',
    topology: builder.build(),
    broker: pace(broker, clock),
    state: inMemoryState(),
    processingGuarantee: 'exactly_once_v2',
    commitInterval: 0,
    batchSizeBytes: 1,
    clock,
    chance,
    logger: silentLogger,
  });
  const started = streams.start();
  await clock.advance(10_000);
  await started;
  broker.produce('lines', [{ key: null, value: Buffer.from('b a b a b'), timestamp: 5 }]);
  await clock.advance(120_000);
  const closed = streams.close();
  await clock.advance(10_000);
  await closed;
  return broker.records('counts').map(({ key, value }) => `${key}${value?.at(-1)}`);
};

it('commits each record before the next, so that a cache passes on every update', async () => {
  expect(await countOfWords((broker, clock) => new PacedBroker(broker, clock))).toEqual(['b1', 'a1', 'b2', 'a2', 'b3']);
});

it('is what makes it so', async () => {
  expect(await countOfWords((broker) => broker)).toEqual(['a2', 'b3']);
});
