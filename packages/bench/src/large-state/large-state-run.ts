import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeyValueStore } from '@millrace/stream-core';
import { seededChance, serdes, stores, Topology } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import { stateEngines } from '../state-engines.ts';
import { zipfRank } from '../zipf.ts';
import { anonymousBytes } from './anonymous-bytes.ts';

const bytes = { key: serdes.string(), value: serdes.bytes() };
const value = Buffer.alloc(100, 7);
const commitEvery = 10_000;
const reportEvery = 500_000;
const mebibyte = 2 ** 20;

/** What to fill, and how. */
export interface LargeStateOptions {
  readonly engine: keyof typeof stateEngines;
  readonly keys: number;
  /** Random reads and writes after the fill. */
  readonly accesses: number;
  readonly memoryMaxBytes: number;
  readonly onProgress: (text: string) => void;
}

/** What a store with many keys takes. Rates are operations a second, on one core. */
export interface LargeStateReport {
  readonly engine: string;
  readonly keys: number;
  readonly memoryMaxMiB: number;
  /** Memory of the process before the first write, and the most that it had at any commit after it. */
  readonly rssStartMiB: number;
  readonly rssMaxMiB: number;
  /** Anonymous memory alone: without pages of mapped files, which the operating system takes back at will. */
  readonly anonymousMaxMiB: number;
  readonly putsPerSecond: number;
  readonly uniformGetsPerSecond: number;
  /** A read and a write of the same key, keys by Zipf's law with exponent 0.99. */
  readonly zipfUpdatesPerSecond: number;
  /** Keys that were read back; all of them have to be there. */
  readonly found: number;
  readonly accesses: number;
}

const topology = (): Topology => {
  const built = new Topology();
  built.addSource('source', 'in', bytes);
  built.addProcessor('processor', () => ({ process: () => {} }), 'source');
  built.addStateStore(stores.keyValueStore({ name: 'rows', ...bytes }), 'processor');
  return built;
};

const keyOf = (index: number): string => `key-${String(index).padStart(12, '0')}`;

/** A prime, so that keys come in no order. */
const stride = 7_368_787;

/** Fills a store with keys in no order, reads and changes some of them, and says what it took. */
export const largeStateRun = async (options: LargeStateOptions): Promise<LargeStateReport> => {
  const { engine, keys, accesses, memoryMaxBytes, onProgress } = options;
  const lent = stateEngines[engine]();
  const driver = new TopologyTestDriver(topology(), { state: lent.state, stateMemoryMaxBytes: memoryMaxBytes });
  const rows = driver.getStateStore('rows') as KeyValueStore<string, Uint8Array>;
  const input = driver.createInputTopic('in', bytes);
  const changelog = driver.createOutputTopic('test-rows-changelog', bytes);
  const chance = seededChance(1);
  const memory = { rss: 0, anonymous: 0 };
  const rssStart = process.memoryUsage.rss();
  const commit = (): void => {
    // The driver commits after a record.
    input.pipeInput('k', value, { timestamp: 0 });
    // The driver keeps what was produced, in order and by topic.
    driver.takeProduced();
    changelog.readRecords();
    memory.rss = Math.max(memory.rss, process.memoryUsage.rss());
    memory.anonymous = Math.max(memory.anonymous, anonymousBytes());
  };
  const timed = async (name: string, count: number, operation: (index: number) => void): Promise<number> => {
    const began = performance.now();
    for (let index = 0; index < count; index++) {
      operation(index);
      if (index % commitEvery === commitEvery - 1) {
        commit();
        // As in an application: native memory is freed when the event loop turns.
        await nextTurn();
      }
      if (index % reportEvery === reportEvery - 1) onProgress(`${engine} ${name}: ${index + 1} of ${count}`);
    }
    commit();
    return Math.round((count * 1_000) / (performance.now() - began));
  };
  let found = 0;
  const putsPerSecond = await timed('put', keys, (index) => rows.put(keyOf((index * stride) % keys), value));
  const uniformGetsPerSecond = await timed('get', accesses, () => {
    if (rows.get(keyOf(Math.floor(chance() * keys))) !== null) found++;
  });
  const zipfUpdatesPerSecond = await timed('update', accesses, () => {
    const key = keyOf((zipfRank(chance, keys) * stride) % keys);
    if (rows.get(key) !== null) found++;
    rows.put(key, value);
  });
  driver.close();
  lent.remove();
  return {
    engine,
    keys,
    memoryMaxMiB: Math.round(memoryMaxBytes / mebibyte),
    rssStartMiB: Math.round(rssStart / mebibyte),
    rssMaxMiB: Math.round(memory.rss / mebibyte),
    anonymousMaxMiB: Math.round(memory.anonymous / mebibyte),
    putsPerSecond,
    uniformGetsPerSecond,
    zipfUpdatesPerSecond,
    found,
    accesses: 2 * accesses,
  };
};
