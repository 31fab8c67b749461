import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { broker, copying, counting, create, put, text, until } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import { seededChance } from './common/chance.ts';
import type { LogFields, Logger } from './common/logger.ts';
import { silentLogger } from './common/logger.ts';
import { StreamsError } from './errors/streams-error.ts';
import type { KafkaStreamsState } from './kafka-streams-state.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { ManualClock } from './testing/manual-clock.ts';
import type { Topology } from './topology/topology.ts';

/** Fails on every record whose value is `bad`. */
const failing = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .peek((_key, value) => {
      if (value === 'bad') throw new Error('cannot take it');
    })
    .to('out', text);
  return builder.build();
};

/** A broker with one partition a topic and a clock that stands still; while it is down it answers nothing. */
const fragile = () => {
  const clock = new ManualClock(1_000_000);
  const chance = seededChance(1);
  const state = { isDown: false };
  const beforeRequest = (kind: string): void => {
    if (state.isDown && kind !== 'fetch' && kind !== 'heartbeat') throw new StreamsError('BROKER_UNAVAILABLE', 'down');
  };
  const server = new MemoryBroker({ clock, chance, retryTimeoutMs: 1_000, faults: { beforeRequest } });
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  return { server, clock, chance, state };
};

/** A logger that keeps what it is told. */
const noting = () => {
  const lines: (readonly [level: string, event: string, fields: LogFields])[] = [];
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}): void =>
      void lines.push([level, event, fields]);
  const logger: Logger = { ...silentLogger, warn: at('warn'), error: at('error') };
  return { logger, of: (event: string) => lines.filter(([, own]) => own === event) };
};

test('an instance whose offsets a transaction holds says so, and does not wait for it when it is closed', async () => {
  const { server, clock, chance } = fragile();
  const other = server.connect({ clientId: 'other', clock, chance });
  const producer = other.producer({ transactionalId: 'left-open', transactionTimeoutMs: 600_000 });
  await producer.init();
  producer.begin();
  const topicPartition = { topic: 'in', partition: 0 };
  const group = { groupId: 'app', generationId: -1, memberId: '', groupInstanceId: null };
  await producer.sendOffsets([{ topicPartition, offset: 1, leaderEpoch: -1, metadata: '' }], group);
  const { logger, of } = noting();
  const streams = create({ topology: copying(), broker: server, clock, chance, logger });
  streams.start().catch(() => undefined);
  await clock.advance(20_000);
  expect(of('offsets.waiting')).toMatchObject([['warn', 'offsets.waiting', { ...topicPartition, partitions: 1 }]]);
  const closing = streams.close();
  await clock.settle(closing, 2_000);
  expect(streams.state).toBe('NOT_RUNNING');
  await clock.settle(other.close());
});

describe('a broker that is away for a moment', () => {
  test('is not waited for by an instance that is closed before it has begun', async () => {
    const { server, clock, chance, state } = fragile();
    state.isDown = true;
    const streams = create({ topology: copying(), broker: server, clock, chance });
    streams.start().catch(() => undefined);
    await clock.advance(100);
    // The clock stands still from here on.
    await streams.close();
    expect(streams.state).toBe('NOT_RUNNING');
  });

  test('is waited for anew each time, however long ago it was away before', async () => {
    const { server, clock, chance, state } = fragile();
    const streams = create({ topology: copying(), broker: server, clock, chance, commitInterval: 40 });
    streams.start().catch(() => undefined);
    const blip = async (): Promise<void> => {
      state.isDown = true;
      put(server, 'in', ['a', 'x']);
      await clock.advance(2_000);
      expect(streams.state).toBe('REBALANCING');
      state.isDown = false;
      await clock.advance(90_000);
      expect(streams.state).toBe('RUNNING');
    };
    await clock.advance(1_000);
    await blip();
    await clock.advance(600_000);
    await blip();
    expect(server.records('out').length).toBe(2);
    await clock.settle(streams.close());
  });

  test('does not keep close waiting', async () => {
    const { server, clock, chance, state } = fragile();
    state.isDown = true;
    const streams = create({ topology: copying(), broker: server, clock, chance });
    streams.start().catch(() => undefined);
    await clock.advance(60_000);
    const closing = streams.close();
    const askedMs = clock.now();
    await clock.settle(closing);
    expect(clock.now() - askedMs).toBeLessThan(2_000);
    expect(streams.state).toBe('NOT_RUNNING');
  });
});

describe('threads that are replaced', () => {
  /** An instance that replaces its thread 200 times at most, so that a test of it ends in any case. */
  const replacing = (topology: Topology) => {
    const { server, clock, chance } = fragile();
    const seen = { errors: 0 };
    const uncaughtExceptionHandler = () => (++seen.errors > 200 ? 'shutdownClient' : 'replaceThread');
    const streams = create({ topology, broker: server, clock, chance, uncaughtExceptionHandler });
    streams.start().catch(() => undefined);
    return { server, clock, streams, seen };
  };

  /** Lets everything happen that needs no time. */
  const settle = async (clock: ManualClock): Promise<void> => {
    for (let turns = 0; turns < 50; turns++) await clock.advance(0);
  };

  test('wait before they try a poison record again, which leaves the event loop its turns', async () => {
    const { server, clock, streams, seen } = replacing(failing());
    await clock.advance(1_000);
    put(server, 'in', ['a', 'bad']);
    await clock.advance(20);
    await settle(clock);
    expect(seen.errors).toBe(1);
    await clock.advance(1_000);
    expect(seen.errors).toBeGreaterThan(2);
    expect(seen.errors).toBeLessThan(12);
    await clock.settle(streams.close());
  });

  test('wait longer and longer when none of them comes to run', async () => {
    const builder = new StreamsBuilder();
    builder.stream('missing', text).to('out', text);
    const { clock, streams, seen } = replacing(builder.build());
    await clock.advance(60_000);
    expect(seen.errors).toBeGreaterThan(5);
    expect(seen.errors).toBeLessThan(15);
    await clock.settle(streams.close());
  });
});

describe('a listener that throws', () => {
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);
  beforeEach(() => void process.on('unhandledRejection', onRejection));
  afterEach(() => void process.off('unhandledRejection', onRejection));

  test.each<[KafkaStreamsState, 'an error' | 'a promise']>([
    ['REBALANCING', 'an error'],
    ['RUNNING', 'an error'],
    ['PENDING_ERROR', 'an error'],
    ['ERROR', 'an error'],
    ['ERROR', 'a promise'],
  ])('at %s, with %s, is logged and changes nothing', async (at, how) => {
    const server = broker('in', 'out');
    const { logger, of } = noting();
    const failed = new Error(`listener at ${at}`);
    const streams = create({
      topology: failing(),
      broker: server,
      logger,
      stateListener: (next): void | Promise<void> => {
        if (next !== at) return;
        if (how === 'a promise') return Promise.reject(failed);
        throw failed;
      },
    });
    await streams.start();
    put(server, 'in', ['a', 'bad']);
    await streams.ended();
    await streams.close();
    expect(streams.state).toBe('ERROR');
    expect(streams.error).toMatchObject({ code: 'PROCESSING_FAILED' });
    const line = { listener: 'state', error: `listener at ${at}` };
    await until(() => of('listener.failed').length > 0);
    expect(of('listener.failed').map(([, , fields]) => fields)).toContainEqual(line);
    expect(rejections).toEqual([]);
  });

  test('while a store is restored does not keep the instance from running', async () => {
    const server = broker('in', 'out');
    const first = create({ topology: counting(), broker: server });
    await first.start();
    put(server, 'in', ['a', 'x']);
    await until(() => server.records('out').length === 1);
    await first.close();
    const { logger, of } = noting();
    const second = create({
      topology: counting(),
      broker: server,
      logger,
      restoreListener: () => {
        throw new Error('no interest');
      },
    });
    await second.start();
    expect(second.state).toBe('RUNNING');
    expect(of('listener.failed')[0]).toEqual([
      'error',
      'listener.failed',
      { listener: 'restore', error: 'no interest' },
    ]);
  });

  test('closing the instance in a listener waits for the end', async () => {
    const closed: Promise<KafkaStreamsState>[] = [];
    const streams = create({
      topology: copying(),
      broker: broker('in', 'out'),
      stateListener: (next) => {
        if (next === 'REBALANCING') closed.push(streams.close().then(() => streams.state));
      },
    });
    await streams.start();
    expect(await Promise.all(closed)).toEqual(['NOT_RUNNING']);
  });
});

test('a commit that fails while the instance closes is logged', async () => {
  const state = { isFailing: false };
  const beforeRequest = (kind: string): void => {
    if (state.isFailing && kind === 'endTxn') throw new StreamsError('INVALID_PRODUCER_ID_MAPPING', 'no such producer');
  };
  const server = new MemoryBroker({ faults: { beforeRequest } });
  for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
  const { logger, of } = noting();
  let processed = 0;
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .peek(() => void processed++)
    .to('out', text);
  const streams = create({ topology: builder.build(), broker: server, logger, commitInterval: 5_000 });
  await streams.start();
  put(server, 'in', ['a', 'x']);
  await until(() => processed === 1);
  state.isFailing = true;
  await streams.close();
  expect(streams.state).toBe('NOT_RUNNING');
  const fields = { failure: 'uncaught', code: 'INVALID_PRODUCER_ID_MAPPING', error: 'no such producer' };
  expect(of('close.failed')).toEqual([['error', 'close.failed', fields]]);
});
