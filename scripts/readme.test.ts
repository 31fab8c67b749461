import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the program in the README runs, in 15 lines, and counts words', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const program = /^```ts\n([\s\S]*?)^```/m.exec(readme)?.[1] ?? '';
  expect(program.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(15);
  // Inside the examples, where the packages are found as a user finds them.
  const folder = await mkdtemp(join(root, 'examples', '.readme-'));
  try {
    await writeFile(join(folder, 'main.ts'), program);
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=@millrace/source',
      join(folder, 'main.ts'),
    ]);
    expect(stdout.trim().split('\n').sort()).toEqual(['all 1', 'lead 1', 'other 1', 'streams 2', 'to 1']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the README has at most 90 lines', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  expect(readme.split('\n').length).toBeLessThanOrEqual(90);
});
