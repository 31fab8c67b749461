import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stateFormat } from '../../src/state/state-header.ts';
import type { TaskState } from '../../src/state/task-state.ts';
import { durableState } from '../durable-state.ts';
import { lines } from '../store-harness.ts';
import { fixtureFolder, withFixture } from './format-fixture.ts';

const formats = Array.from({ length: stateFormat }, (_, index) => index + 1);

const contents = (state: TaskState) => ({
  rows: lines(state.open('table').rows(null, null, false)),
  segments: state.segments('windows'),
  windows: state.segments('windows').map((segment) => lines(state.open('windows', segment).rows(null, null, false))),
  note: state.note('windows/time')?.toString(),
  offsets: ['table', 'windows', 'other'].map((store) => state.changelogOffset(`fixture-app-${store}-changelog`)),
});

/** Defines the tests of an engine. Each engine has a file: the native parts of two do not get along in one process. */
export const formatTests = (engine: string): void => {
  test.each(formats)('a database of format %i is read, with everything that is in it', async (format) => {
    const folder = fixtureFolder(format, engine);
    expect(existsSync(folder)).toBe(true);
    const copy = mkdtempSync(join(tmpdir(), 'millrace-format-'));
    try {
      cpSync(folder, copy, { recursive: true });
      const found = withFixture(await durableState(engine, copy), contents);
      expect(found.rows).toHaveLength(52);
      expect(found.rows).toEqual(
        expect.arrayContaining(['key-49=value-49', 'empty=', `${'long'.repeat(1_000)}=a long key`]),
      );
      expect(found.segments).toEqual([-1, 7, 28_333_333]);
      expect(found.windows).toEqual([['w=in -1'], ['w=in 7'], ['w=in 28333333']]);
      expect(found.note).toBe('noted');
      expect(found.offsets).toEqual([4_711, 5_000_000_000, null]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
};
