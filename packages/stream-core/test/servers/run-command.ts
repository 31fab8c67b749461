import { spawn } from 'node:child_process';

/** Runs a command to its end. @returns what it printed to stdout @throws Error with all it printed when it fails */
export const runCommand = async (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): Promise<string> => {
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const end = await new Promise<string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
  const output = Buffer.concat(stdout).toString();
  if (end === null) return output;
  throw new Error(`${command} ${args.join(' ')} ended with ${end}:\n${output}${Buffer.concat(stderr).toString()}`);
};
