import type { KeyValueStore, WindowStore } from '@millrace/stream-core';
import { serdes, stores, Topology } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import type { Benchmark, Contender, Run } from '../benchmark.ts';
import { stateEngines } from '../state-engines.ts';

const bytes = { key: serdes.string(), value: serdes.bytes() };
const value = Buffer.alloc(100, 7);
// A prime, so that keys come in no order.
const stride = 7_919;
const windowMs = 10_000;
const windowsAKey = 10;
const commitEvery = 1_000;

interface Layer {
  readonly name: string;
  readonly caching: boolean;
  /** 0: every commit goes through to the engine, and every read with it. */
  readonly memoryMaxBytes: number;
}

const layers: readonly Layer[] = [
  { name: 'through to the engine', caching: false, memoryMaxBytes: 0 },
  { name: 'resident rows', caching: false, memoryMaxBytes: 2 ** 30 },
  { name: 'record cache', caching: true, memoryMaxBytes: 2 ** 30 },
];

const keyOf = (index: number): string => `key-${String(index).padStart(12, '0')}`;

const topology = (caching: boolean): Topology => {
  const built = new Topology();
  built.addSource('source', 'in', bytes);
  built.addProcessor('processor', () => ({ process: () => {} }), 'source');
  built.addStateStore(stores.keyValueStore({ name: 'rows', ...bytes, caching }), 'processor');
  built.addStateStore(
    stores.windowStore({ name: 'windows', ...bytes, caching, windowSize: windowMs, retention: '1h' }),
    'processor',
  );
  return built;
};

/** The stores of a driver, with a way to commit. */
interface Opened {
  readonly rows: KeyValueStore<string, Uint8Array>;
  readonly windows: WindowStore<string, Uint8Array>;
  readonly commit: () => void;
}

type Work = (opened: Opened, records: number) => number;

const prepare =
  (layer: Layer, engine: keyof typeof stateEngines, works: { before: Work | null; work: Work }): Contender['prepare'] =>
  (records): Run => {
    const lent = stateEngines[engine]();
    const { caching, memoryMaxBytes } = layer;
    const driver = new TopologyTestDriver(topology(caching), {
      state: lent.state,
      stateMemoryMaxBytes: memoryMaxBytes,
      statestoreCacheMaxBytes: caching ? 2 ** 30 : 0,
    });
    const opened: Opened = {
      rows: driver.getStateStore('rows') as KeyValueStore<string, Uint8Array>,
      windows: driver.getStateStore('windows') as WindowStore<string, Uint8Array>,
      // The driver commits after a record.
      commit: () => driver.createInputTopic('in', bytes).pipeInput('k', value, { timestamp: 0 }),
    };
    works.before?.(opened, records);
    let result = 0;
    return {
      work: () => {
        result = works.work(opened, records);
      },
      result: () => {
        driver.close();
        lent.remove();
        return result;
      },
    };
  };

const contenders = (before: Work | null, work: Work): Contender[] =>
  (['memory', 'lmdb', 'rocksdb'] as const).flatMap((engine) =>
    layers
      .filter(({ memoryMaxBytes }) => engine !== 'memory' || memoryMaxBytes > 0)
      .map((layer) => ({ name: `${layer.name}, ${engine}`, prepare: prepare(layer, engine, { before, work }) })),
  );

const fillRows: Work = ({ rows, commit }, records) => {
  for (let row = 0; row < records; row++) {
    rows.put(keyOf((row * stride) % records), value);
    if (row % commitEvery === commitEvery - 1) commit();
  }
  commit();
  return records;
};

/** Writes with their commits. */
export const storePut: Benchmark = {
  question: 'store put: how long does a row of 100 bytes take, with a commit every 1,000?',
  records: 50_000,
  contenders: contenders(null, fillRows),
};

/** Reads of committed rows. */
export const storeGet: Benchmark = {
  question: 'store get: how long does a random row of 100 bytes take?',
  records: 50_000,
  contenders: contenders(fillRows, ({ rows }, records) => {
    let found = 0;
    for (let row = 0; row < records; row++) found += rows.get(keyOf((row * stride) % records)) === null ? 0 : 1;
    return found;
  }),
};

const rangeRows = 5;

/** Five rows behind a random key. */
export const storeRange: Benchmark = {
  question: 'store range: how long does a row take in ranges of five?',
  records: 50_000,
  contenders: contenders(fillRows, ({ rows }, records) => {
    let found = 0;
    for (let row = 0; row < records; row += rangeRows) {
      const from = (row * stride) % Math.max(1, records - rangeRows);
      for (const _ of rows.range(keyOf(from), keyOf(from + rangeRows - 1))) found++;
    }
    return found;
  }),
};

/** All windows of one key after another. */
export const windowFetch: Benchmark = {
  question: 'window fetch: how long does a window take, ten windows of a key at once?',
  records: 20_000,
  contenders: contenders(
    ({ windows, commit }, records) => {
      for (let row = 0; row < records; row++) {
        windows.put(keyOf(Math.floor(row / windowsAKey)), value, (row % windowsAKey) * windowMs);
        if (row % commitEvery === commitEvery - 1) commit();
      }
      commit();
      return records;
    },
    ({ windows }, records) => {
      let found = 0;
      for (let key = 0; key < records / windowsAKey; key++) {
        for (const _ of windows.fetch(keyOf(key), 0, windowsAKey * windowMs)) found++;
      }
      return found;
    },
  ),
};
