import { expect, test } from 'vitest';

import type { BrokerClient } from '../../broker/broker.ts';
import type { GroupConsumer, OffsetCommit, RebalanceListener } from '../../broker/group-consumer.ts';
import type { Producer } from '../../broker/producer.ts';
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts';
import type { Chance } from '../../common/chance.ts';
import { seededChance } from '../../common/chance.ts';
import { sleep } from '../../common/clock.ts';
import { noHeaders } from '../../common/headers.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';
import { topicPartitionKey } from '../../common/topic-partition.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { StickyProtocol } from '../../testing/suites/broker/sticky-protocol.ts';
import type { Faults } from './faults.ts';
import { MemoryBroker } from './memory-broker.ts';

// Workers copy records from one topic to another, exactly once, while requests and answers get lost or late, workers
// crash, are replaced while they still run, and markers take their time. One seed is one run.

const partitions = 4;
const recordsAPartition = 40;
const source = 'source';
const sink = 'sink';

class World {
  readonly clock = new ManualClock(1_000_000);
  readonly chance: Chance;
  readonly broker: MemoryBroker;
  /** Codes of the errors that ended workers, to see that the run had something to survive. */
  readonly crashes: string[] = [];
  isCalm = false;

  constructor(seed: number) {
    this.chance = seededChance(seed);
    const faults: Faults = {
      beforeRequest: () => this.#disturb(),
      afterRequest: () => this.#disturb(),
      markerDelayMs: () => (this.isCalm ? 0 : Math.floor(this.chance() * 60)),
    };
    const { clock, chance } = this;
    this.broker = new MemoryBroker({ clock, chance, faults, retryTimeoutMs: 2_000 });
    for (const topic of [source, sink]) this.broker.createTopic(topic, { partitions });
  }

  happens(probability: number): boolean {
    return !this.isCalm && this.chance() < probability;
  }

  async #disturb(): Promise<void> {
    if (this.happens(0.2)) await sleep(this.clock, this.chance() * 80);
    if (this.happens(0.06)) throw new StreamsError('BROKER_UNAVAILABLE', 'lost');
  }
}

class Worker implements RebalanceListener {
  readonly #world: World;
  readonly #client: BrokerClient;
  readonly #consumer: GroupConsumer;
  readonly #producer: Producer;
  readonly #offsets = new Map<string, OffsetCommit>();
  #isOpen = false;
  /** Stops without a word. */
  isCrashed = false;

  constructor(world: World, slot: number) {
    this.#world = world;
    const { clock, chance, broker } = world;
    this.#client = broker.connect({ clientId: `worker-${slot}`, clock, chance });
    this.#consumer = this.#client.groupConsumer({
      groupId: 'copy',
      groupInstanceId: null,
      sessionTimeoutMs: 1_000,
      heartbeatIntervalMs: 200,
      rebalanceTimeoutMs: 1_500,
      isolationLevel: 'read_committed',
      maxPartitionBytes: 300,
    });
    this.#producer = this.#client.producer({ transactionalId: `copy-${slot}`, transactionTimeoutMs: 5_000 });
  }

  async run(): Promise<void> {
    try {
      await this.#producer.init();
      const partitionsOf = async (topic: string) =>
        Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
      const protocol = new StickyProtocol({ name: 'copy', partitionsOf });
      this.#consumer.subscribe({ topics: [source], protocol, listener: this });
      while (!this.isCrashed) await this.#turn();
    } catch (error) {
      if (!(error instanceof StreamsError)) throw error;
      this.#world.crashes.push(error.code);
    }
    // Its producer stays as it is: what it sent may still be on its way.
    await this.#consumer.close({ leave: this.#world.chance() < 0.3 });
  }

  async onRebalanceStarted(): Promise<void> {
    await this.#commit();
  }

  async onPartitionsRevoked(): Promise<void> {
    await this.#commit();
  }

  async onPartitionsLost(): Promise<void> {
    this.#offsets.clear();
    if (this.#isOpen) await this.#producer.abort();
    this.#isOpen = false;
  }

  async onPartitionsAssigned(added: readonly TopicPartition[]): Promise<void> {
    const committed = await this.#consumer.committed(added);
    for (const [index, partition] of added.entries()) this.#consumer.seek(partition, committed[index]?.offset ?? 0);
  }

  async onRebalanceCompleted(): Promise<void> {
    // Nothing is held back here.
  }

  async #turn(): Promise<void> {
    const fetched = await this.#consumer.poll(100);
    const sends: Promise<unknown>[] = [];
    for (const { topicPartition, batches, position, nextPosition } of fetched) {
      const builder = new RecordBatchBuilder();
      for (const batch of batches) {
        const cursor = batch.cursor(position);
        while (cursor.next()) builder.append(null, cursor.value(), cursor.timestamp, noHeaders);
      }
      if (!this.#isOpen) this.#producer.begin();
      this.#isOpen = true;
      const { partition } = topicPartition;
      if (builder.recordCount > 0) sends.push(this.#producer.send({ topic: sink, partition }, builder.build()));
      const offset = { topicPartition, offset: nextPosition, leaderEpoch: 0, metadata: '' };
      this.#offsets.set(topicPartitionKey(topicPartition), offset);
    }
    await Promise.all(sends);
    if (this.#world.happens(0.1)) await sleep(this.#world.clock, this.#world.chance() * 3_000);
    if (this.#world.chance() < 0.5) await this.#commit();
  }

  async #commit(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#producer.sendOffsets([...this.#offsets.values()], this.#consumer.groupMetadata());
    await this.#producer.commit();
    this.#isOpen = false;
    this.#offsets.clear();
  }
}

const run = async (seed: number): Promise<World> => {
  const world = new World(seed);
  const slots = 3;
  const workers: { worker: Worker; ended: Promise<void>; isRunning: boolean }[] = [];
  const start = (slot: number): void => {
    const worker = new Worker(world, slot);
    const entry = { worker, ended: Promise.resolve(), isRunning: true };
    entry.ended = worker.run().finally(() => {
      entry.isRunning = false;
    });
    workers[slot] = entry;
  };
  const expected = Array.from({ length: partitions }, (): string[] => []);
  for (let slot = 0; slot < slots; slot++) start(slot);
  for (let round = 0; round < recordsAPartition; round++) {
    for (const [partition, values] of expected.entries()) {
      values.push(`${partition}:${round}`);
      world.broker.produce(source, [{ key: null, value: Buffer.from(`${partition}:${round}`), partition }]);
    }
    await world.clock.advance(world.chance() * 300);
    for (const [slot, { worker, isRunning }] of workers.entries()) {
      if (world.happens(0.05)) worker.isCrashed = true;
      // A replacement may come while the old one still works.
      if (!isRunning || world.happens(0.05)) start(slot);
    }
  }
  world.isCalm = true;
  const copied = (): number => world.broker.records(sink).length;
  for (let waited = 0; waited < 60 && copied() < partitions * recordsAPartition; waited++) {
    await world.clock.advance(1_000);
    for (const [slot, { isRunning }] of workers.entries()) if (!isRunning) start(slot);
  }
  const groups = world.broker.records(sink).map(({ partition, value }) => ({ partition, value: `${value}` }));
  for (const [partition, values] of expected.entries()) {
    const written = groups.filter((record) => record.partition === partition).map(({ value }) => value);
    expect(written, `seed ${seed}, partition ${partition}`).toEqual(values);
  }
  for (const { worker } of workers) worker.isCrashed = true;
  await world.clock.advance(130_000);
  return world;
};

test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
  'every record is copied exactly once: seed %i',
  async (seed) => {
    const world = await run(seed);
    expect(world.crashes.length).toBeGreaterThan(0);
    // Whatever zombies left behind, no transaction stays open.
    for (const log of world.broker.cluster.topics.logs()) expect(log.lastStableOffset).toBe(log.logEndOffset);
  },
);
