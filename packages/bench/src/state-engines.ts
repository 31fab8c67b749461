import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateBackend } from '@millrace/stream-core';
import { inMemoryState } from '@millrace/stream-core';
import { lmdbState } from '@millrace/stream-core/lmdb';
import { rocksdbState } from '@millrace/stream-core/rocksdb';

/** A backend to measure, and how to be rid of it. */
export interface LentState {
  readonly state: StateBackend;
  readonly remove: () => void;
}

const onDisk = (make: (options: { readonly directory: string }) => StateBackend) => (): LentState => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  return { state: make({ directory }), remove: () => rmSync(directory, { recursive: true, force: true }) };
};

/** Every engine by name, each time with a directory of its own. */
export const stateEngines: Readonly<Record<'memory' | 'lmdb' | 'rocksdb', () => LentState>> = {
  memory: () => ({ state: inMemoryState(), remove: () => {} }),
  lmdb: onDisk(lmdbState),
  rocksdb: onDisk(rocksdbState),
};
