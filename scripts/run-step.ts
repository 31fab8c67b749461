import { spawn } from 'node:child_process';

/** A command of a gate, and what came of it. */
export interface StepResult {
  readonly name: string;
  readonly isPassed: boolean;
  readonly seconds: number;
}

/** Runs a command in the workspace, shows its output when it fails, and says in one line what came of it. */
export const runStep = (name: string, command: string, args: readonly string[]): Promise<StepResult> =>
  new Promise((resolve) => {
    const startedMs = performance.now();
    const output: Buffer[] = [];
    const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    const finish = (isPassed: boolean): void => {
      const seconds = (performance.now() - startedMs) / 1_000;
      console.log(`${isPassed ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
      if (!isPassed) process.stdout.write(Buffer.concat(output));
      resolve({ name, isPassed, seconds });
    };
    child.on('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
