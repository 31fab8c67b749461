import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateBackend } from '@millrace/stream-core';
import { inMemoryState } from '@millrace/stream-core';

/** The engines that cases can run on. */
export const stateNames = ['memory', 'lmdb', 'rocksdb'] as const;

/** The name of an engine. */
export type StateName = (typeof stateNames)[number];

/** Lends a case a state of its own, which is gone afterwards. */
export type WithState = <T>(run: (state: StateBackend) => Promise<T>) => Promise<T>;

const inTemporaryFolder =
  (makeState: (directory: string) => StateBackend): WithState =>
  async (run) => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-conformance-'));
    try {
      return await run(makeState(directory));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };

/** State in memory. */
export const withMemoryState: WithState = (run) => run(inMemoryState());

/** How cases get their state on an engine. @throws StreamsError STATE_ENGINE_MISSING */
export const caseState = async (name: StateName): Promise<WithState> => {
  if (name === 'memory') return withMemoryState;
  if (name === 'lmdb') {
    const { lmdbState } = await import('@millrace/stream-core/lmdb');
    return inTemporaryFolder((directory) => lmdbState({ directory }));
  }
  const { rocksdbState } = await import('@millrace/stream-core/rocksdb');
  return inTemporaryFolder((directory) => rocksdbState({ directory }));
};
