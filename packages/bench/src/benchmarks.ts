import type { Benchmark } from './benchmark.ts';
import { filterAndMap, streamStreamJoin, windowedCount } from './micro/engine.ts';
import { recordBatchCodec } from './micro/record-batch-codec.ts';
import { restoreUniform, restoreWindowed } from './micro/restore.ts';
import { engineGet, enginePut, engineRange } from './micro/state-engine.ts';
import { storeGet, storePut, storeRange, windowFetch } from './micro/state-store.ts';

/** All benchmarks, in the order in which they are run. */
export const benchmarks: readonly Benchmark[] = [
  recordBatchCodec,
  filterAndMap,
  windowedCount,
  streamStreamJoin,
  enginePut,
  engineGet,
  engineRange,
  storePut,
  storeGet,
  storeRange,
  windowFetch,
  restoreUniform,
  restoreWindowed,
];
