import { join } from 'node:path';
import type { StateBackend } from '@millrace/stream-core';
import { inMemoryState } from '@millrace/stream-core';

/** The engines that keep state. */
export const stateEngineNames = ['memory', 'lmdb', 'rocksdb'] as const;

/** The name of an engine. */
export type StateEngineName = (typeof stateEngineNames)[number];

/** Makes the state of an instance, by its name: two instances never share a directory. */
export type StateOf = (instance: string) => StateBackend;

/**
 * State on an engine, below a directory.
 *
 * @throws StreamsError STATE_ENGINE_MISSING when its package is not installed or has no build for this machine
 */
export const stateOn = async (engine: StateEngineName, directory: string): Promise<StateOf> => {
  switch (engine) {
    case 'memory':
      return () => inMemoryState();
    case 'lmdb': {
      const { lmdbState } = await import('@millrace/stream-core/lmdb');
      return (instance) => lmdbState({ directory: join(directory, instance) });
    }
    case 'rocksdb': {
      const { rocksdbState } = await import('@millrace/stream-core/rocksdb');
      return (instance) => rocksdbState({ directory: join(directory, instance) });
    }
  }
};
