import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ProcessingGuarantee } from '../../../src/config/streams-config.ts';
import { readablePath } from './mutated-checkout.ts';
import { MutationError } from './mutation-error.ts';

/** Which seeds are run. */
export interface SeedRange {
  readonly from: number;
  readonly to: number;
  /** Null: the topologies take turns, as they do in the command. */
  readonly topology: string | null;
  /** Null: drawn from the seed. */
  readonly guarantee: ProcessingGuarantee | null;
  /** Modules with further simulations, as paths from the root of the checkout. */
  readonly modules: readonly string[];
}

/** What came of a seed. */
export interface SeedReport {
  readonly seed: number;
  readonly simulation: string;
  /** Each begins with the name of who complains, and a colon. */
  readonly violations: readonly string[];
}

/** Code with a bug in it may never come to an end, in virtual time or in none. A seed takes a second at most otherwise. */
const silenceMaxMs = 90_000;
const toldOfStderr = 400;

const child = readablePath(fileURLToPath(new URL('seeds-child.ts', import.meta.url)));

/**
 * Runs seeds on the sources of a checkout, in a process of its own, which ends when nobody reads on.
 *
 * @throws MutationError when the sources do not even load
 */
export async function* runSeeds(root: string, range: SeedRange): AsyncGenerator<SeedReport> {
  const args = ['--conditions=@millrace/source', join(root, child), JSON.stringify(range)];
  const running = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(running, 'exit');
  const kill = (): void => void running.kill('SIGKILL');
  process.once('exit', kill);
  let [stderr, isHung] = ['', false];
  running.stderr.on('data', (text) => {
    stderr += text;
  });
  const watchdog = setTimeout(() => {
    isHung = true;
    kill();
  }, silenceMaxMs);
  let open: SeedReport | null = null;
  try {
    for await (const line of createInterface({ input: running.stdout })) {
      if (!line.startsWith('{"seed"')) continue;
      watchdog.refresh();
      const report: Partial<SeedReport> & Omit<SeedReport, 'violations'> = JSON.parse(line);
      const { violations } = report;
      open = violations === undefined ? { ...report, violations: [] } : null;
      if (violations !== undefined) yield { ...report, violations };
    }
    const [code] = await exited;
    const said = stderr.trim().slice(0, toldOfStderr);
    if (open !== null) yield { ...open, violations: [isHung ? hung : `process: ended with ${code}: ${said}`] };
    else if (code !== 0) throw new MutationError(`The sources in ${root} do not run: ${said}`);
  } finally {
    clearTimeout(watchdog);
    process.off('exit', kill);
    kill();
  }
}

const hung = `watchdog: nothing happened for ${silenceMaxMs / 1_000} s of real time`;
