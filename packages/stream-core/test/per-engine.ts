import { spawn } from 'node:child_process';

/**
 * Runs a script once for each engine, each in a process of its own, with what it tells on stderr passed on.
 *
 * @returns the JSON that each has printed
 */
export const runPerEngine = async <T>(
  file: string,
  engines: readonly string[],
  args: readonly string[],
): Promise<T[]> => {
  const reports: T[] = [];
  for (const engine of engines) {
    const flags = ['--expose-gc', '--conditions=@millrace/source'];
    const child = spawn(process.execPath, [...flags, file, '--engine', engine, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    const end = await new Promise<string>((resolve) => {
      child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const text = Buffer.concat(output).toString('utf8').trim();
    if (text === '') throw new Error(`the run on ${engine} ended with ${end} and without a report`);
    reports.push(JSON.parse(text));
  }
  return reports;
};
