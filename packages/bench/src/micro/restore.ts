import type { Benchmark } from '../benchmark.ts';
import type { RestoredKeys } from '../restore-run.ts';
import { restoreRun } from '../restore-run.ts';

const engines = ['memory', 'lmdb', 'rocksdb'] as const;

const contenders = (keys: RestoredKeys): Benchmark['contenders'] =>
  engines.map((engine) => ({ name: engine, prepare: (records) => restoreRun(engine, keys, records) }));

/** A table that is restored, and closed with everything on disk. */
export const restoreUniform: Benchmark = {
  question: 'restore: how long does a record take, uniform keys of 100 bytes, with the close?',
  records: 300_000,
  targets: { lmdb: 3.33, rocksdb: 3.33 },
  contenders: contenders('uniform'),
};

/** A window store that is restored, and closed with everything on disk. */
export const restoreWindowed: Benchmark = {
  question: 'restore: how long does a record take, windowed keys, with the close?',
  records: 300_000,
  targets: { lmdb: 2, rocksdb: 2 },
  contenders: contenders('windowed'),
};
