import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished, test } from 'vitest';

import { lmdbState } from '../../src/adapters/lmdb/lmdb-state.ts';
import { rocksdbState } from '../../src/adapters/rocksdb/rocksdb-state.ts';
import { findStreamsError } from '../../src/errors/streams-error.ts';
import type { StateBackend } from '../../src/state/state-engine.ts';

export type EngineName = 'lmdb' | 'rocksdb';

export interface EngineOptions {
  readonly sync?: boolean;
}

/** A durable backend by its name. @throws StreamsError STATE_ENGINE_MISSING */
export const makeBackend = (name: EngineName, directory: string, options: EngineOptions = {}): StateBackend =>
  name === 'lmdb' ? lmdbState({ directory, ...options }) : rocksdbState({ directory, ...options });

/** Why an engine cannot run on this machine; null where it can. Where both have builds, both must run. */
const missing = (name: EngineName): string | null => {
  try {
    makeBackend(name, tmpdir());
    return null;
  } catch (error) {
    const isMissing = findStreamsError(error)?.code === 'STATE_ENGINE_MISSING';
    const isExpected = `${process.platform}-${process.arch}` !== 'linux-x64' && isMissing;
    if (!isExpected) throw error;
    return String(error);
  }
};

/** Defines tests of an engine, or one that is skipped and says why. */
export const onEngine = (name: EngineName, define: () => void): void => {
  const reason = missing(name);
  if (reason === null) describe(name, define);
  else test.skip(`${name}: ${reason}`);
};

/** Defines the same tests for both engines. */
export const onBothEngines = (define: (name: EngineName) => void): void => {
  for (const name of ['lmdb', 'rocksdb'] as const) onEngine(name, () => define(name));
};

/** A directory that is gone after the test that asks for it. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-state-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};
