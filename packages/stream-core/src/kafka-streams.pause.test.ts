import { expect, test } from 'vitest';

import { create, put, text, values } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { seededChance } from './common/chance.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import type { FixedKeyProcessorContext } from './processor/processor-context.ts';
import { ManualClock } from './testing/manual-clock.ts';

/** An application on a clock that stands still: it copies records and notes a punctuation every 100 ms. */
const application = () => {
  const clock = new ManualClock(1_000_000);
  const chance = seededChance(1);
  const server = new MemoryBroker({ clock, chance });
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const punctuations: number[] = [];
  let context: FixedKeyProcessorContext<string, string>;
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .processValues(() => ({
      init: (given) => {
        context = given;
        given.schedule(100, 'wall_clock_time', (now) => punctuations.push(now));
      },
      process: (record) => context.forward(record),
    }))
    .to('out', text);
  const streams = create({ topology: builder.build(), broker: server, clock, chance });
  return { clock, server, streams, punctuations };
};

test('a paused instance runs, but neither processes nor punctuates until it is resumed', async () => {
  const { clock, server, streams, punctuations } = application();
  const start = streams.start();
  await clock.advance(1_000);
  await start;
  put(server, 'in', ['a', '1']);
  await clock.advance(1_000);
  expect(values(server, 'out')).toEqual(['1']);
  streams.pause();
  expect(streams.isPaused).toBe(true);
  await clock.advance(200);
  const { length: before } = punctuations;
  put(server, 'in', ['a', '2']);
  // Longer than the session: who does not poll would be out.
  await clock.advance(60_000);
  expect([streams.state, values(server, 'out'), punctuations.length]).toEqual(['RUNNING', ['1'], before]);
  streams.resume();
  expect(streams.isPaused).toBe(false);
  await clock.advance(1_000);
  expect(values(server, 'out')).toEqual(['1', '2']);
  expect(punctuations.length).toBeGreaterThan(before);
});

test('an instance that is paused before it starts comes to run, and waits', async () => {
  const { clock, server, streams, punctuations } = application();
  streams.pause();
  put(server, 'in', ['a', '1']);
  const start = streams.start();
  await clock.advance(1_000);
  await start;
  expect([streams.state, values(server, 'out'), punctuations]).toEqual(['RUNNING', [], []]);
  streams.resume();
  await clock.advance(1_000);
  expect(values(server, 'out')).toEqual(['1']);
});

test('what was processed before the pause is committed in it', async () => {
  const { clock, server, streams } = application();
  const start = streams.start();
  await clock.advance(1_000);
  await start;
  put(server, 'in', ['a', '1']);
  await clock.advance(1);
  streams.pause();
  await clock.advance(1_000);
  const client = server.connect({ clientId: 'c', clock, chance: seededChance(2) });
  expect([values(server, 'out'), [...(await client.admin.groupOffsets('app'))]]).toEqual([['1'], [['in-0', 1]]]);
});
