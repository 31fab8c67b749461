import type { Faults } from '../src/adapters/memory/faults.ts';
import { MemoryBroker } from '../src/adapters/memory/memory-broker.ts';
import type { Chance } from '../src/common/chance.ts';
import { seededChance } from '../src/common/chance.ts';
import { sleep } from '../src/common/clock.ts';
import { silentLogger } from '../src/common/logger.ts';
import type { ProcessingGuarantee } from '../src/config/streams-config.ts';
import { StreamsError } from '../src/errors/streams-error.ts';
import { KafkaStreams } from '../src/kafka-streams.ts';
import { inMemoryState } from '../src/state/in-memory-state.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import type { Topology } from '../src/topology/topology.ts';

// Whole application instances over the embedded broker, while requests and answers get lost or late, instances die
// without a word, hang and come back as zombies, join and leave. One seed is one run.

export interface WorldOptions {
  readonly seed: number;
  readonly topology: () => Topology;
  readonly guarantee: ProcessingGuarantee;
  /** By topic. */
  readonly partitions: Readonly<Record<string, number>>;
}

class Instance {
  readonly clientId: string;
  readonly streams: KafkaStreams;
  #resume: (() => void) | null = null;
  #frozen: Promise<void> | null = null;

  constructor(world: World, clientId: string) {
    this.clientId = clientId;
    this.streams = new KafkaStreams({
      topology: world.topology(),
      applicationId: 'app',
      clientId,
      broker: world.broker,
      state: inMemoryState(),
      processingGuarantee: world.guarantee,
      commitInterval: 40,
      sessionTimeout: 1_000,
      heartbeatInterval: 200,
      rebalanceTimeout: 2_000,
      transactionTimeout: 3_000,
      statestoreCacheMaxBytes: 0,
      clock: world.clock,
      chance: world.chance,
      logger: silentLogger,
    });
    this.streams.start().catch(() => undefined);
  }

  /** No request of it gets anywhere until it thaws, if ever: it is dead to the others, but does not know it. */
  freeze(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = promise;
    this.#resume = resolve;
  }

  thaw(): void {
    this.#resume?.();
    this.#frozen = null;
  }

  get frozen(): Promise<void> | null {
    return this.#frozen;
  }
}

/** A cluster, the instances of an application, and everything that happens to them. */
export class World {
  readonly clock = new ManualClock(1_000_000);
  readonly chance: Chance;
  readonly broker: MemoryBroker;
  readonly topology: () => Topology;
  readonly guarantee: ProcessingGuarantee;
  readonly instances = new Map<string, Instance>();
  readonly seen = { requestsLost: 0, crashes: 0, zombies: 0, leaves: 0 };
  isCalm = false;
  #count = 0;

  constructor({ seed, topology, guarantee, partitions }: WorldOptions) {
    this.chance = seededChance(seed);
    this.topology = topology;
    this.guarantee = guarantee;
    const faults: Faults = {
      beforeRequest: (_kind, clientId) => this.#disturb(clientId),
      afterRequest: (_kind, clientId) => this.#disturb(clientId),
      markerDelayMs: () => (this.isCalm ? 0 : Math.floor(this.chance() * 40)),
    };
    const { clock, chance } = this;
    this.broker = new MemoryBroker({ clock, chance, faults, retryTimeoutMs: 1_500 });
    for (const [topic, count] of Object.entries(partitions)) this.broker.createTopic(topic, { partitions: count });
  }

  start(): void {
    const clientId = `instance-${++this.#count}`;
    this.instances.set(clientId, new Instance(this, clientId));
  }

  /** Something happens to one of the instances. */
  strike(): void {
    const [victim] = [...this.instances.values()].filter(({ frozen }) => frozen === null);
    const dice = this.chance();
    if (victim === undefined || this.instances.size < 2) {
      this.start();
    } else if (dice < 0.35) {
      victim.freeze();
      this.seen.crashes++;
      this.start();
    } else if (dice < 0.6) {
      victim.freeze();
      this.seen.zombies++;
      this.clock.schedule(1_500 + this.chance() * 2_000, () => victim.thaw());
    } else if (dice < 0.8) {
      this.seen.leaves++;
      this.instances.delete(victim.clientId);
      victim.streams.close().catch(() => undefined);
      this.start();
    } else {
      this.start();
    }
  }

  /** Everything that has failed ends, and the instances that hang come back. */
  calm(): void {
    this.isCalm = true;
    for (const instance of this.instances.values()) instance.thaw();
    this.start();
  }

  async #disturb(clientId: string): Promise<void> {
    const instance = this.instances.get(clientId);
    await instance?.frozen;
    if (this.isCalm) return;
    if (this.chance() < 0.1) await sleep(this.clock, this.chance() * 60);
    if (this.chance() < 0.02) {
      this.seen.requestsLost++;
      throw new StreamsError('BROKER_UNAVAILABLE', 'lost');
    }
  }
}

/** What happens in a run. */
export interface RunOptions {
  /** How often `step` is called. */
  readonly steps: number;
  readonly step: (index: number) => void;
  /** Called when nothing goes wrong any more, and the group has settled. */
  readonly whenCalm?: () => void;
  /** Whether everything has come out that is expected. */
  readonly isDone: () => boolean;
}

/** Lets two instances begin, feeds them while things go wrong, and waits until all is well and done. */
export const run = async (world: World, { steps, step, whenCalm, isDone }: RunOptions): Promise<void> => {
  world.start();
  world.start();
  for (let index = 0; index < steps; index++) {
    step(index);
    if (index % 17 === 9) world.strike();
    await world.clock.advance(60 + world.chance() * 80);
  }
  world.calm();
  if (whenCalm !== undefined) await world.clock.advance(10_000);
  whenCalm?.();
  for (let turns = 0; turns < 400 && !isDone(); turns++) await world.clock.advance(250);
  // What is doubled may come a little later.
  await world.clock.advance(6_000);
  const closing = [...world.instances.values()].map(({ streams }) => streams.close());
  await world.clock.settle(Promise.allSettled(closing));
};

/** What readers see in the topic `out`. */
export const outputOf = (world: World) =>
  world.broker
    .records('out', { isolationLevel: 'read_committed' })
    .map(({ key, value }) => ({ key: String(key), value: value as Buffer }));

/** The numbers of each key, in the order in which readers see them. */
export const countsOf = (world: World): ReadonlyMap<string, readonly number[]> => {
  const byKey = new Map<string, number[]>();
  for (const { key, value } of outputOf(world)) {
    byKey.set(key, [...(byKey.get(key) ?? []), Number(value.readBigInt64BE())]);
  }
  return byKey;
};

export const oneTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
