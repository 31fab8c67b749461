import { setTimeout as pause } from 'node:timers/promises';
import type { Topology } from '@millrace/stream-core';
import {
  KafkaStreams,
  queryableStoreTypes,
  StreamsBuilder,
  seededChance,
  serdes,
  silentLogger,
  systemClock,
} from '@millrace/stream-core';
import { MemoryBroker } from '@millrace/stream-core/memory';
import type { LentState } from '../state-engines.ts';
import { stateEngines } from '../state-engines.ts';

const applicationId = 'bench';
const topics = ['in', 'out', `${applicationId}-counts-changelog`] as const;
const text = { key: serdes.string(), value: serdes.string() };
const value = Buffer.alloc(20, 'v');
const producedAtOnce = 5_000;

/** What a chunk of inputs took. */
export interface Cost {
  readonly cpuMicros: number;
  readonly wallMicros: number;
}

const counting = (): Topology => {
  const builder = new StreamsBuilder();
  const counts = builder
    .stream('in', text)
    .groupByKey()
    .count({ materialized: { name: 'counts' } });
  counts.toStream().to('out');
  return builder.build();
};

/** An application that counts by key. It is fed while it is paused, so that what a chunk takes is its own. */
export class CountingApplication {
  readonly #broker = new MemoryBroker();
  readonly #client = this.#broker.connect({ clientId: 'load', clock: systemClock, chance: seededChance(1) });
  readonly #lent: LentState;
  readonly #streams: KafkaStreams;

  constructor(engine: keyof typeof stateEngines, memoryMaxBytes: number) {
    for (const topic of topics) this.#broker.createTopic(topic, { partitions: 1 });
    this.#lent = stateEngines[engine]();
    this.#streams = new KafkaStreams({
      topology: counting(),
      applicationId,
      broker: this.#broker,
      state: this.#lent.state,
      stateMemoryMaxBytes: memoryMaxBytes,
      commitInterval: 100,
      logger: silentLogger,
    });
  }

  async start(): Promise<void> {
    await this.#streams.start();
  }

  /** Counts a record of each key. What it wrote is deleted from the broker afterwards: only the state is to grow. */
  async count(keys: readonly Buffer[]): Promise<Cost> {
    this.#streams.pause();
    for (let from = 0; from < keys.length; from += producedAtOnce) {
      const chunk = keys.slice(from, from + producedAtOnce);
      this.#broker.produce(
        'in',
        chunk.map((key) => ({ key, value, timestamp: 1 })),
      );
    }
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    this.#streams.resume();
    await this.#committed();
    const { user, system } = process.cpuUsage(cpu);
    const cost = { cpuMicros: user + system, wallMicros: (performance.now() - wall) * 1_000 };
    const ends = topics.map((topic) => ({
      partition: { topic, partition: 0 },
      beforeOffset: this.#broker.endOffsets(topic)[0] ?? 0,
    }));
    await this.#client.admin.deleteRecords(ends);
    return cost;
  }

  async sumOfCounts(): Promise<number> {
    const counts = this.#streams.store('counts', queryableStoreTypes.keyValueStore<string, number>());
    let sum = 0;
    for await (const { value: count } of await counts.all()) sum += count;
    return sum;
  }

  async close(): Promise<void> {
    await this.#streams.close();
    await this.#client.close();
    this.#lent.remove();
  }

  async #committed(): Promise<void> {
    const end = this.#broker.endOffsets('in')[0] ?? 0;
    const isCommitted = async (): Promise<boolean> =>
      ((await this.#client.admin.groupOffsets(applicationId)).get('in-0') ?? 0) >= end;
    while (!(await isCommitted())) await pause(2);
  }
}
