import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const guard = fileURLToPath(new URL('../../../../stream-core/test/servers/guard-main.ts', import.meta.url));
const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** A line of the log of a process. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly code?: string | number | null;
  readonly error?: string;
  readonly port?: number;
  readonly topic?: string;
}

/** How a process ended, and everything that it said. */
export interface ProcessEnd {
  /** 128 and the number of the signal that has ended it, where one has. */
  readonly code: number | null;
  readonly text: string;
}

interface Waiting {
  readonly event: string;
  readonly resolve: (line: LogLine) => void;
  readonly reject: (error: Error) => void;
}

/** `millrace run payments` in a process of its own, as a user starts it. It ends with the process that started it. */
export class PaymentsProcess {
  readonly lines: LogLine[] = [];
  readonly ended: Promise<ProcessEnd>;
  readonly #guard: ChildProcess;
  readonly #pid = Promise.withResolvers<number>();
  readonly #texts: string[] = [];
  readonly #waiting = new Set<Waiting>();

  /** @param env what is set beside PATH, such as secrets */
  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const all = [process.execPath, '--conditions=@millrace/source', program, 'run', 'payments', ...args];
    this.#guard = spawn(process.execPath, [guard, '[]', ...all], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const exited = once(this.#guard, 'close');
    const { stdout, stderr } = this.#guard;
    // The guard says which process it is, and everything else comes from that process.
    stdout?.once('data', (line) => this.#pid.resolve(Number(String(line))));
    if (stderr !== null) createInterface(stderr).on('line', (line) => this.#hear(line));
    this.ended = exited.then(() => this.#end());
  }

  /** The first line with that event, there already or still to come. */
  event(event: string): Promise<LogLine> {
    const found = this.lines.find((line) => line.event === event);
    if (found !== undefined) return Promise.resolve(found);
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    this.#waiting.add({ event, resolve, reject });
    return promise;
  }

  /** Everything that it has said so far. */
  get text(): string {
    return this.#texts.join('\n');
  }

  async signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const pid = await this.#pid.promise;
    if (this.#guard.exitCode === null) process.kill(pid, signal);
  }

  #hear(text: string): void {
    this.#texts.push(text);
    if (!text.startsWith('{')) return;
    const line: LogLine = JSON.parse(text);
    this.lines.push(line);
    for (const waiting of this.#waiting) {
      if (waiting.event !== line.event) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(line);
    }
  }

  #end(): ProcessEnd {
    for (const { event, reject } of this.#waiting) {
      reject(new Error(`the process ended before it said ${event}:\n${this.text.slice(-4_000)}`));
    }
    return { code: this.#guard.exitCode, text: this.text };
  }
}
