import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import type { RemoteAddress } from '../../src/adapters/remote/index.ts';
import { serveBroker } from '../../src/adapters/remote/index.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import type { Chance } from '../../src/common/chance.ts';
import { seededChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { inMemoryState } from '../../src/state/in-memory-state.ts';
import type { StateBackend } from '../../src/state/state-engine.ts';
import { durableState } from '../durable-state.ts';
import { CrashChild } from './child-process.ts';
import { CrashLoad } from './crash-load.ts';
import { crashSettings } from './crash-settings.ts';
import { comparedStores, crashTopology, inputTopics, outputTopics, partitions } from './crash-topology.ts';
import { storeContents } from './store-contents.ts';
import { changelogBytes, storedOffsets } from './stored-offsets.ts';

const reference = 'uninterrupted';
const application = 'crashing';
const catchUpMaxMs = 60_000;
const recordsAtOnce = 25;
const firstRecords = 4_000;
const killAfterMaxMs = 900;
const killEarly = 0.2;
const changelogs = Object.keys(comparedStores).map((store) => `${application}-${store}-changelog`);

type StoreRows = readonly string[] | undefined;

// Small enough for the engine to be written to every few commits.
const stateMemoryMaxBytes = 96 * 1024;

export interface CrashOptions {
  readonly engine: string;
  readonly kills: number;
  readonly seed: number;
  readonly onProgress: (text: string) => void;
}

/** What came of it. */
export interface CrashReport {
  readonly engine: string;
  readonly kills: number;
  readonly records: number;
  readonly bytesRestored: number;
  /** What lay behind the offsets that the databases held, read by another process before each restart. */
  readonly bytesAfterStoredOffset: number;
  /** What would have been restored without the databases. */
  readonly bytesOfChangelogs: number;
  /** How many restarts found a database with an offset. */
  readonly restartsWithState: number;
  readonly differences: readonly string[];
}

class CrashRun {
  readonly #options: CrashOptions;
  readonly #chance: Chance;
  readonly #broker: MemoryBroker;
  readonly #load: CrashLoad;
  readonly #client: BrokerClient;
  readonly #directory: string;
  readonly #state: StateBackend;
  readonly #differences: string[] = [];
  #bytesRestored = 0;
  #bytesAfterStoredOffset = 0;
  #bytesOfChangelogs = 0;
  #restartsWithState = 0;

  constructor(options: CrashOptions, directory: string, state: StateBackend) {
    this.#options = options;
    this.#directory = directory;
    this.#state = state;
    this.#chance = seededChance(options.seed);
    this.#broker = new MemoryBroker();
    this.#load = new CrashLoad(this.#broker, this.#chance);
    this.#client = this.#broker.connect({ clientId: 'crash-run', clock: systemClock, chance: this.#chance });
    for (const topic of [...inputTopics, ...outputTopics(reference), ...outputTopics(application)]) {
      this.#broker.createTopic(topic, { partitions });
    }
  }

  async run(): Promise<CrashReport> {
    const server = await serveBroker(this.#broker, { port: 0 });
    const uninterrupted = this.#reference();
    await uninterrupted.start();
    try {
      await this.#killAndCompare(server.address, uninterrupted);
      this.#compareOutputs();
    } finally {
      await uninterrupted.close();
      await server.close();
    }
    const { engine, kills } = this.#options;
    return {
      engine,
      kills,
      records: this.#load.written,
      bytesRestored: this.#bytesRestored,
      bytesAfterStoredOffset: this.#bytesAfterStoredOffset,
      bytesOfChangelogs: this.#bytesOfChangelogs,
      restartsWithState: this.#restartsWithState,
      differences: this.#differences,
    };
  }

  async #killAndCompare(address: RemoteAddress, uninterrupted: KafkaStreams): Promise<void> {
    const { kills, engine, onProgress } = this.#options;
    let child = this.#start(address);
    try {
      // However slow the machine is, the first kill finds a database.
      await child.next('running');
      this.#load.write(firstRecords);
      await this.#caughtUp(application);
      for (let kill = 1; kill <= kills; kill++) {
        await this.#loadFor(this.#chance() * killAfterMaxMs);
        await child.kill();
        const stored = storedOffsets(this.#state, application, changelogs);
        if (stored.size > 0) this.#restartsWithState++;
        child = this.#start(address);
        // Now and then the next kill comes while it still starts or restores.
        if (this.#chance() < killEarly) continue;
        await this.#checkRestored(child, stored, kill);
        await this.#compare(child, uninterrupted, kill);
        onProgress(
          `${engine}: ${kill} of ${kills} kills, ${this.#load.written} records, ${this.#bytesRestored} bytes restored, ${this.#differences.length} differences`,
        );
      }
      await this.#caughtUp(application);
      await this.#caughtUp(reference);
    } finally {
      await child.kill();
    }
  }

  #start(address: RemoteAddress): CrashChild {
    const { engine } = this.#options;
    return new CrashChild({
      address,
      engine,
      directory: this.#directory,
      applicationId: application,
      stateMemoryMaxBytes,
    });
  }

  /** Writes records for a while, as fast as a slow source would. */
  async #loadFor(durationMs: number): Promise<void> {
    const untilMs = performance.now() + durationMs;
    while (performance.now() < untilMs) {
      this.#load.write(recordsAtOnce);
      await sleep(5);
    }
  }

  /** The restore began where the databases said, and no byte more was read than lies behind that. */
  async #checkRestored(child: CrashChild, stored: ReadonlyMap<string, number>, kill: number): Promise<void> {
    const { restored, restoredBytes } = await child.next('running');
    let expectedBytes = 0;
    for (const changelog of restored) {
      const name = `${changelog.topic}-${changelog.partition}`;
      const startOffset = stored.get(name) ?? 0;
      if (changelog.startOffset !== startOffset) {
        this.#differs(kill, `${name} was restored from ${changelog.startOffset}, the database had ${startOffset}`);
      }
      expectedBytes += changelogBytes(this.#broker, { ...changelog, startOffset });
      this.#bytesOfChangelogs += changelogBytes(this.#broker, { ...changelog, startOffset: 0 });
    }
    if (restoredBytes !== expectedBytes) {
      this.#differs(kill, `${restoredBytes} bytes were restored, ${expectedBytes} lie behind the stored offsets`);
    }
    this.#bytesRestored += restoredBytes;
    this.#bytesAfterStoredOffset += expectedBytes;
  }

  async #compare(child: CrashChild, uninterrupted: KafkaStreams, kill: number): Promise<void> {
    await this.#caughtUp(application);
    await this.#caughtUp(reference);
    const { stores } = await child.stores();
    const expected = await storeContents(uninterrupted);
    for (const name of Object.keys(comparedStores)) this.#compareRows(kill, name, [stores[name], expected[name]]);
  }

  #compareOutputs(): void {
    const [own, expected] = [outputTopics(application), outputTopics(reference)];
    for (const [index, topic] of own.entries()) {
      this.#compareRows(this.#options.kills, topic, [this.#lines(topic), this.#lines(expected[index] ?? '')]);
    }
  }

  /** The committed records of a topic, by key in the order of its partition. */
  #lines(topic: string): string[] {
    return this.#broker
      .records(topic)
      .map(({ key, value }) => `${key?.toString()} ${Buffer.from(value ?? []).toString('hex')}`)
      .sort();
  }

  #compareRows(kill: number, what: string, rows: readonly [StoreRows, StoreRows]): void {
    const [own = [], expected = []] = rows;
    if (own.length === expected.length && own.every((row, index) => row === expected[index])) return;
    const missing = expected.filter((row) => !own.includes(row)).slice(0, 3);
    const extra = own.filter((row) => !expected.includes(row)).slice(0, 3);
    const counts = `${own.length} rows instead of ${expected.length}`;
    this.#differs(kill, `${what}: ${counts}; missing ${missing.join(', ')}; too many ${extra.join(', ')}`);
  }

  #differs(kill: number, text: string): void {
    this.#differences.push(`after kill ${kill}: ${text}`);
  }

  /** Resolves when a group has committed everything that was written. */
  async #caughtUp(group: string): Promise<void> {
    const untilMs = performance.now() + catchUpMaxMs;
    const { admin } = this.#client;
    while (performance.now() < untilMs) {
      const committed = await admin.groupOffsets(group);
      if (inputTopics.every((topic) => this.#isCommitted(topic, committed))) return;
      await sleep(20);
    }
    throw new Error(`${group} did not catch up within ${catchUpMaxMs} ms`);
  }

  #isCommitted(topic: string, committed: ReadonlyMap<string, number>): boolean {
    return this.#broker
      .endOffsets(topic)
      .every((end, partition) => (committed.get(`${topic}-${partition}`) ?? 0) >= end);
  }

  #reference(): KafkaStreams {
    return new KafkaStreams({
      ...crashSettings,
      applicationId: reference,
      clientId: reference,
      topology: crashTopology(reference),
      broker: this.#broker,
      state: inMemoryState(),
    });
  }
}

/** Kills an application again and again, and compares it after each restart with one that was never interrupted. */
export const crashRun = async (options: CrashOptions): Promise<CrashReport> => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-crash-'));
  try {
    return await new CrashRun(options, directory, await durableState(options.engine, directory)).run();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
