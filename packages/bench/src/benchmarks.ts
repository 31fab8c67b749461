import type { Benchmark } from './benchmark.ts';
import { filterAndMap, streamStreamJoin, windowedCount } from './micro/engine.ts';
import { recordBatchCodec } from './micro/record-batch-codec.ts';

/** All benchmarks, in the order in which they are run. */
export const benchmarks: readonly Benchmark[] = [recordBatchCodec, filterAndMap, windowedCount, streamStreamJoin];
