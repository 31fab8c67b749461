import type { StateBackend } from '../src/state/state-engine.ts';

/** The engines that keep what a killed process had written. */
export const durableEngines = ['lmdb', 'rocksdb'] as const;

/** State on disk. @throws StreamsError STATE_ENGINE_MISSING, RangeError for an engine that does not exist */
export const durableState = async (engine: string, directory: string): Promise<StateBackend> => {
  if (engine === 'lmdb') return (await import('../src/adapters/lmdb/index.ts')).lmdbState({ directory });
  if (engine === 'rocksdb') return (await import('../src/adapters/rocksdb/index.ts')).rocksdbState({ directory });
  throw new RangeError(`there is no engine ${engine}`);
};
