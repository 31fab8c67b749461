import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeWith } from '../../../stream-core/test/servers/describe-with.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

const killTest = async (...args: readonly string[]) => {
  const child = spawn(process.execPath, ['--conditions=@millrace/source', main, ...args]);
  const code = new Promise((resolve) => {
    child.on('close', resolve);
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, lines: out.trimEnd().split('\n'), err };
};

test('the kill test tells everything that is wrong with its flags', async () => {
  const { code, err } = await killTest('--kills', '0', '--rate', 'fast');
  expect(code).toBe(2);
  expect(err).toContain(
    '--kills 0: give a whole number from 1 to 500\n--rate fast: give a whole number from 1 to 1000',
  );
  expect((await killTest('--kill', '3')).code).toBe(2);
});

// The short form; `pnpm test:kill` is the long one.
describeWith(['own kafka', 'java clients', 'registry'], 'payments on a real broker', () => {
  test('are made once each, whoever is killed', { timeout: 900_000 }, async () => {
    const { code, lines, err } = await killTest('--kills', '5', '--broker-restarts', '1', '--minutes', '1');
    const [report = '{}', last] = lines;
    expect(JSON.parse(report), err).toMatchObject({
      kills: 5,
      brokerRestarts: 1,
      duplicates: 0,
      missing: 0,
      transactionsAborted: expect.toSatisfy((count: number) => count > 0),
      failed: [],
    });
    expect(last).toMatch(/^\d+ passed, 0 failed$/u);
    expect(code).toBe(0);
  });
});
