// What the fixtures of the database formats hold. `node test/state/format-fixture.ts` writes those of the format of today
// into test/fixtures/state; the fixtures of earlier formats stay as they are for ever.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StateBackend } from '../../src/state/state-engine.ts';
import { stateFormat } from '../../src/state/state-header.ts';
import { TaskState } from '../../src/state/task-state.ts';
import { durableState } from '../durable-state.ts';

const applicationId = 'fixture-app';
const taskId = { subtopology: 3, partition: 12 };

const owner = { applicationId, taskId: '3_12', writeBehind: null };
const bytes = (text: string): Buffer => Buffer.from(text);

/** Where the fixture of a format and an engine lies. */
export const fixtureFolder = (format: number, engine: string): string =>
  fileURLToPath(new URL(`../fixtures/state/format-${format}/${engine}`, import.meta.url));

/** Opens the task of a fixture, and gives its state to somebody. */
export const withFixture = <T>(backend: StateBackend, use: (state: TaskState) => T): T => {
  const directory = backend.acquire(applicationId);
  const state = TaskState.open(directory.open(taskId, { memoryBytes: 1_048_576 }), owner);
  try {
    return use(state);
  } finally {
    state.close();
    directory.close();
  }
};

/** Writes what a fixture holds. */
const fill = (state: TaskState): void => {
  const table = state.open('table');
  for (let row = 0; row < 50; row++) table.put(bytes(`key-${row}`), bytes(`value-${row}`));
  table.put(bytes('long'.repeat(1_000)), bytes('a long key'));
  table.put(bytes('empty'), Buffer.alloc(0));
  for (const segment of [-1, 7, 28_333_333]) state.open('windows', segment).put(bytes('w'), bytes(`in ${segment}`));
  state.keepNote('windows/time', () => bytes('noted'));
  state.seal();
  state.applySealed(
    new Map([
      ['fixture-app-table-changelog', 4_711],
      ['fixture-app-windows-changelog', 5_000_000_000],
    ]),
  );
};

if (import.meta.main) {
  const engine = process.argv[2] ?? 'lmdb';
  const folder = fixtureFolder(stateFormat, engine);
  rmSync(folder, { recursive: true, force: true });
  withFixture(await durableState(engine, folder), fill);
}
