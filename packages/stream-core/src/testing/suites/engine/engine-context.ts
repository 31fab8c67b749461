import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

import type { TaskId } from '../../../common/task-id.ts';
import type { ErrorCode } from '../../../errors/codes.ts';
import type { StateBackend, StateDirectory, StateEngine } from '../../../state/state-engine.ts';

/** Makes the backend under test over a state directory, which a backend in memory takes no notice of. */
export type MakeBackend = (directory: string) => StateBackend;

export const taskId: TaskId = { subtopology: 0, partition: 3 };
const applicationId = 'app';
const memoryBytes = 16 * 1024 * 1024;

/** Bytes of text, and of a list of bytes. */
export const bytes = (content: string | readonly number[]): Buffer =>
  typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);

/** Bounds around every key of these tests. */
export const first: Buffer = Buffer.alloc(0);
export const last: Buffer = Buffer.alloc(70_000, 0xff);

export const expectCode = (action: () => unknown, code: ErrorCode): void => {
  expect(action).toThrow(expect.objectContaining({ code }));
};

export const write = (engine: StateEngine, rows: Readonly<Record<string, string | null>>): void => {
  const batch = engine.batch();
  for (const [key, value] of Object.entries(rows)) {
    if (value === null) batch.delete(bytes(key));
    else batch.put(bytes(key), bytes(value));
  }
  batch.commit();
};

/** All rows in a range, as `key=value`. */
export const lines = (engine: StateEngine, from: Buffer = first, to: Buffer = last, reverse = false): string[] =>
  [...engine.range(from, to, reverse)].map(({ key, value }) => `${key}=${value}`);

/** Keeps track of what a test opens, so that all of it is closed and deleted after it. */
export class EngineContext {
  readonly #makeBackend: MakeBackend;
  #directory: string | null = null;
  #acquired: StateDirectory | null = null;
  #engine: StateEngine | null = null;

  constructor(makeBackend: MakeBackend) {
    this.#makeBackend = makeBackend;
  }

  /** The directory of this test. */
  get directory(): string {
    this.#directory ??= mkdtempSync(join(tmpdir(), 'millrace-engine-'));
    return this.#directory;
  }

  backend(): StateBackend {
    return this.#makeBackend(this.directory);
  }

  acquire(): StateDirectory {
    this.#acquired ??= this.backend().acquire(applicationId);
    return this.#acquired;
  }

  open(): StateEngine {
    this.#engine ??= this.acquire().open(taskId, { memoryBytes });
    return this.#engine;
  }

  /** Closes the engine and the directory, and opens both again. */
  reopen(): StateEngine {
    this.close();
    return this.open();
  }

  close(): void {
    this.#engine?.close();
    this.#engine = null;
    this.#acquired?.close();
    this.#acquired = null;
  }

  cleanUp(): void {
    this.close();
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = null;
  }
}
