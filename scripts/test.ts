// `pnpm test`: every gate and every test. With arguments: the test files whose path contains one of them, and no gates.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runGates } from './gates.ts';

interface Totals {
  passed: number;
  failed: number;
}

const runVitest = async (filters: readonly string[]): Promise<Totals> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  const report = join(folder, 'report.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters];
  try {
    const code = await new Promise<number>((resolve) => {
      spawn('vitest', args, { stdio: 'inherit' }).on('close', (exit) => resolve(exit ?? 1));
    });
    const { numPassedTests, numFailedTests, numTotalTests } = JSON.parse(await readFile(report, 'utf8'));
    const skipped = numTotalTests - numPassedTests - numFailedTests;
    if (skipped > 0) console.log(`${skipped} skipped; each names the server that is missing`);
    // An error outside of any test, or a run without tests, counts as one failure.
    const isBroken = (code !== 0 && numFailedTests === 0) || numTotalTests === 0;
    return { passed: numPassedTests, failed: numFailedTests + (isBroken ? 1 : 0) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const filters = process.argv.slice(2).filter((argument) => argument !== '--');
const gates = filters.length === 0 ? await runGates() : [];
const tests = await runVitest(filters);
const failed = gates.filter(({ isPassed }) => !isPassed).length + tests.failed;
const passed = gates.filter(({ isPassed }) => isPassed).length + tests.passed;
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
