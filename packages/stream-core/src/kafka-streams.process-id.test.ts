import { afterEach, expect, test } from 'vitest';

import { copying, put } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { seededChance } from './common/chance.ts';
import { silentLogger } from './common/logger.ts';
import { KafkaStreams } from './kafka-streams.ts';
import { inMemoryState } from './state/in-memory-state.ts';
import type { StateBackend } from './state/state-engine.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { MemoryDisk } from './testing/simulation/memory-disk.ts';

const transactionTimeoutMs = 60_000;
let endOfTest: (() => Promise<void>) | null = null;

afterEach(() => endOfTest?.());

/** An instance dies in the middle of a transaction, and another one starts with the state that `restarted` gives. */
const restartAfterCrash = async (state: StateBackend, restarted: () => StateBackend) => {
  const clock = new ManualClock(1_000_000);
  let isDead = false;
  const silence = Promise.withResolvers<void>();
  const broker = new MemoryBroker({
    clock,
    chance: seededChance(1),
    faults: {
      beforeRequest: async (kind, clientId) => {
        if (clientId !== 'dying') return;
        // Killed between its output and the end of the transaction.
        if (kind === 'endTxn') isDead = true;
        if (isDead) await silence.promise;
      },
    },
  });
  for (const topic of ['in', 'out']) broker.createTopic(topic);
  const start = (clientId: string, backend: StateBackend): KafkaStreams => {
    const streams = new KafkaStreams({
      topology: copying(),
      applicationId: 'app',
      clientId,
      broker,
      state: backend,
      processingGuarantee: 'exactly_once_v2',
      sessionTimeout: 1_000,
      heartbeatInterval: 200,
      rebalanceTimeout: 2_000,
      transactionTimeout: transactionTimeoutMs,
      clock,
      chance: seededChance(clientId.length),
      logger: silentLogger,
    });
    streams.start().catch(() => undefined);
    return streams;
  };
  const dying = start('dying', state);
  put(broker, 'in', ['key', 'a']);
  while (!isDead) await clock.advance(50);
  const successor = start('successor', restarted());
  endOfTest = async () => {
    silence.resolve();
    await clock.settle(Promise.allSettled([dying.close(), successor.close()]));
  };
  const committed = () => broker.records('out', { isolationLevel: 'read_committed' }).map(({ value }) => `${value}`);
  return { clock, committed };
};

test('a restart with the same state directory ends the open transaction of its predecessor at once', async () => {
  const disk = new MemoryDisk();
  const { clock, committed } = await restartAfterCrash(disk, () => disk.copy());
  await clock.advance(10_000);
  expect(committed()).toEqual(['a']);
});

test('a restart without its state waits for the timeout of the open transaction', async () => {
  const { clock, committed } = await restartAfterCrash(inMemoryState(), inMemoryState);
  await clock.advance(10_000);
  expect(committed()).toEqual([]);
  await clock.advance(transactionTimeoutMs);
  expect(committed()).toEqual(['a']);
});
