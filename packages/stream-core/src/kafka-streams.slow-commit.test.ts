import { expect, test } from 'vitest';

import { copying, put } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { ScriptedFaults } from './adapters/memory/scripted-faults.ts';
import type { ClientOptions } from './broker/broker.ts';
import { seededChance } from './common/chance.ts';
import { silentLogger } from './common/logger.ts';
import { KafkaStreams } from './kafka-streams.ts';
import { inMemoryState } from './state/in-memory-state.ts';
import { ManualClock } from './testing/manual-clock.ts';

/** The same broker; `polls` says how often the group consumers of its clients were polled. */
const countPolls = (broker: MemoryBroker) => {
  const counted = {
    polls: 0,
    connect: (options: ClientOptions) => {
      const client = broker.connect(options);
      const open = client.groupConsumer.bind(client);
      client.groupConsumer = (group) => {
        const consumer = open(group);
        const poll = consumer.poll.bind(consumer);
        consumer.poll = (timeoutMs) => {
          counted.polls++;
          return poll(timeoutMs);
        };
        return consumer;
      };
      return client;
    },
  };
  return counted;
};

test('an instance waits while a commit takes long, and does not poll all the time', async () => {
  const clock = new ManualClock();
  const faults = new ScriptedFaults();
  const broker = new MemoryBroker({ clock, faults, chance: seededChance(1) });
  for (const topic of ['in', 'out']) broker.createTopic(topic);
  const counted = countPolls(broker);
  const streams = new KafkaStreams({
    topology: copying(),
    applicationId: 'app',
    broker: counted,
    state: inMemoryState(),
    processingGuarantee: 'exactly_once_v2',
    commitInterval: 10,
    logger: silentLogger,
    clock,
    chance: seededChance(1),
  });
  await clock.settle(streams.start());
  const goOn = faults.hold('before', 'endTxn');
  put(broker, 'in', ['a', '1']);
  for (let turn = 0; turn < 20; turn++) await clock.advance(5);
  // Processed, and due to be committed, while the first commit is on its way.
  put(broker, 'in', ['b', '2']);
  for (let turn = 0; turn < 20; turn++) await clock.advance(5);
  const before = counted.polls;
  for (let turn = 0; turn < 100; turn++) await clock.advance(0);
  expect(counted.polls - before).toBeLessThan(5);

  goOn();
  // It is committed at once, not when the poll is over.
  await clock.advance(5);
  expect(broker.records('out').map(({ value }) => String(value))).toEqual(['1', '2']);
  await clock.settle(streams.close());
});
