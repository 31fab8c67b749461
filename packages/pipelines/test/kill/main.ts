// `pnpm test:kill`: kills payments processes and their broker under load, and makes up the books afterwards.
import { rm } from 'node:fs/promises';
import { systemClock } from '@millrace/stream-core';
import { systemChance } from '../../../stream-core/src/common/chance.ts';
import { isUsageError } from '../../src/shared/usage-error.ts';
import type { KillOptions } from './kill-options.ts';
import { killUsage, readKillOptions } from './kill-options.ts';
import { killRun } from './kill-run.ts';
import { judge } from './kill-verdict.ts';

const limitMs = 15 * 60_000;

/** Prints what came of it, and gives the exit code. */
const run = async (options: KillOptions): Promise<number> => {
  const evidence = await killRun(options, (line) => console.error(line));
  const { report, checks } = judge(evidence);
  for (const { name, isPassed, problem } of checks)
    console.error(isPassed ? `ok      ${name}` : `FAILED  ${name}: ${problem}`);
  const failed = checks.filter(({ isPassed }) => !isPassed).length;
  if (failed === 0) await rm(evidence.logFolder, { recursive: true, force: true });
  else console.error(`the logs are in ${evidence.logFolder}`);
  console.log(JSON.stringify(report));
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};

const giveUp = (seed: number, error: unknown): void => {
  console.error(error);
  console.log(JSON.stringify({ seed, error: error instanceof Error ? error.message : String(error) }));
  console.log('0 passed, 1 failed');
};

/** The servers and processes end with this process, whose guards they have. */
const runInTime = async (options: KillOptions): Promise<number> => {
  const limit = systemClock.schedule(limitMs, () => {
    giveUp(options.seed, new Error(`it took longer than ${limitMs / 60_000} minutes`));
    process.exit(1);
  });
  try {
    return await run(options);
  } catch (error) {
    giveUp(options.seed, error);
    return 1;
  } finally {
    limit.cancel();
  }
};

try {
  const options = readKillOptions(process.argv.slice(2), Math.floor(systemChance() * 1_000_000));
  if (options === null) console.log(killUsage);
  else process.exitCode = await runInTime(options);
} catch (error) {
  if (!isUsageError(error)) throw error;
  console.error(`test:kill: ${error.message}\n\ntest:kill --help lists the options.`);
  process.exitCode = 2;
}
