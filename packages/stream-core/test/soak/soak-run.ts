import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { seededChance } from '../../src/common/chance.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { queryableStoreTypes } from '../../src/query/local-store.ts';
import type { StateBackend } from '../../src/state/state-engine.ts';
import { CrashLoad } from '../crash/crash-load.ts';
import { crashSettings } from '../crash/crash-settings.ts';
import { crashTopology, inputTopics, outputTopics, partitions } from '../crash/crash-topology.ts';
import { durableState } from '../durable-state.ts';
import type { StateCounts } from './counting-state.ts';
import { countingState } from './counting-state.ts';

const application = 'soak';
const recordsAtOnce = 20;
const restartEveryMs = 10_000;
const queryEveryMs = 500;
// A part of the time goes by before memory is looked at: caches and heaps fill first.
const warmUp = 0.3;
const mebibyte = 1_048_576;
const stateMemoryMaxBytes = mebibyte;

export interface SoakOptions {
  readonly engine: string;
  readonly minutes: number;
  readonly onProgress: (text: string) => void;
}

/** What came of it. */
export interface SoakReport extends StateCounts {
  readonly engine: string;
  readonly minutes: number;
  readonly records: number;
  readonly restarts: number;
  readonly rssStartMiB: number;
  readonly rssEndMiB: number;
}

const rssMiB = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / mebibyte);
};

/** A broker that keeps little: what is soaked is the state, not the topics. */
const smallBroker = (): MemoryBroker => {
  const broker = new MemoryBroker({
    maxSegmentBytes: 65_536,
    retentionCheckIntervalMs: 1_000,
    topicDefaults: { 'retention.bytes': '1048576', 'min.cleanable.dirty.ratio': '0.1' },
  });
  for (const topic of [...inputTopics, ...outputTopics(application)]) broker.createTopic(topic, { partitions });
  return broker;
};

const query = async (streams: KafkaStreams): Promise<void> => {
  const sums = streams.store('sums', queryableStoreTypes.keyValueStore<string, number>());
  await sums.range('key-1', 'key-2');
  await sums.get('key-7');
  const counts = streams.store('counts', queryableStoreTypes.windowStore<string, number>());
  await counts.fetchRange('key-7', 0, Number.MAX_SAFE_INTEGER);
};

/** One life of the instance. */
const live = async (broker: MemoryBroker, state: StateBackend, load: CrashLoad, durationMs: number): Promise<void> => {
  const streams = new KafkaStreams({
    ...crashSettings,
    applicationId: application,
    topology: crashTopology(application),
    broker,
    state,
    stateMemoryMaxBytes,
  });
  await streams.start();
  const untilMs = performance.now() + durationMs;
  let queriedMs = 0;
  while (performance.now() < untilMs) {
    load.write(recordsAtOnce);
    await sleep(5);
    if (performance.now() - queriedMs < queryEveryMs) continue;
    queriedMs = performance.now();
    await query(streams);
  }
  await streams.close();
};

const soak = async ({ engine, minutes, onProgress }: SoakOptions, directory: string): Promise<SoakReport> => {
  const counts: StateCounts = { databasesOpened: 0, databasesClosed: 0, iteratorsOpened: 0, iteratorsClosed: 0 };
  const state = countingState(await durableState(engine, directory), counts);
  const broker = smallBroker();
  const load = new CrashLoad(broker, seededChance(1));
  const [startedMs, totalMs] = [performance.now(), minutes * 60_000];
  let [restarts, rssStartMiB] = [0, 0];
  for (;;) {
    const elapsedMs = performance.now() - startedMs;
    if (rssStartMiB === 0 && elapsedMs >= totalMs * warmUp) rssStartMiB = rssMiB();
    if (elapsedMs >= totalMs) break;
    await live(broker, state, load, Math.min(restartEveryMs, totalMs / 10));
    restarts++;
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    onProgress(`${engine}: ${seconds} s, ${load.written} records, ${restarts} restarts, RSS ${rssMiB()} MiB`);
  }
  return { engine, minutes, records: load.written, restarts, rssStartMiB, rssEndMiB: rssMiB(), ...counts };
};

/** Runs an instance with its state on disk for a while, and restarts it now and then. */
export const soakRun = async (options: SoakOptions): Promise<SoakReport> => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-soak-'));
  try {
    return await soak(options, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
