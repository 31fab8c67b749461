import type { ChildProcess, SpawnSyncReturns } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { EngineName } from './engines.ts';

const program = fileURLToPath(new URL('state-child.ts', import.meta.url));

/** The command that does a task of state-child.ts. */
export const childCommand = (task: string, engine: EngineName, directory: string): string[] => [
  process.execPath,
  '--conditions=@millrace/source',
  program,
  task,
  engine,
  directory,
];

/** Lines of what was printed. */
export const linesOf = ({ stdout }: SpawnSyncReturns<string>): string[] => stdout.trim().split('\n');

const start = (command: readonly string[]): ChildProcess => {
  const [file = '', ...rest] = command;
  return spawn(file, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
};

/**
 * Runs a task, kills it after so many lines, and gives the last line that it printed before it was dead.
 */
export const killAfter = async (command: readonly string[], lines: number): Promise<string> => {
  const child = start(command);
  let count = 0;
  let last = '';
  if (child.stdout === null) throw new Error('the child has no output');
  const reader = createInterface({ input: child.stdout });
  const exited = once(child, 'exit');
  for await (const line of reader) {
    last = line;
    if (++count === lines) child.kill('SIGKILL');
  }
  await exited;
  return last;
};

/** Runs a command to its end. */
export const run = (
  command: readonly string[],
  options: { uid?: number; gid?: number } = {},
): SpawnSyncReturns<string> => {
  const [file = '', ...rest] = command;
  return spawnSync(file, rest, { encoding: 'utf8', timeout: 120_000, ...options });
};

/** A command in a mount namespace of its own, after a mount there; null where that is not permitted. */
export const withMount = (mount: string, command: readonly string[]): string[] | null => {
  const isPermitted = run(['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;
  return isPermitted ? ['unshare', '-rm', 'sh', '-c', `${mount} && exec "$@"`, 'sh', ...command] : null;
};
