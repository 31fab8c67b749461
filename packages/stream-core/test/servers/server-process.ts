import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { sleep, systemClock } from '../../src/common/clock.ts';
import { runCommand } from './run-command.ts';

const guard = fileURLToPath(new URL('guard-main.ts', import.meta.url));

/** What to run as a server. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Both outputs are appended here. */
  readonly logFile: string;
  /** The name of the container when the command is `docker run`: killing the command alone would leave it. */
  readonly container?: string;
}

/** A server that runs as a process of this machine and dies with the process that started it. */
export class ServerProcess {
  readonly #options: ServerCommand;
  readonly #pid: number;
  readonly #logStart: number;
  readonly #exited: Promise<unknown>;
  #isRunning = true;

  private constructor(options: ServerCommand, started: { pid: number; logStart: number; exited: Promise<unknown> }) {
    this.#options = options;
    this.#pid = started.pid;
    this.#logStart = started.logStart;
    this.#exited = started.exited.then(() => {
      this.#isRunning = false;
    });
  }

  static async start(options: ServerCommand): Promise<ServerProcess> {
    const { command, args, logFile, container } = options;
    const log = openSync(logFile, 'a');
    const { size: logStart } = statSync(logFile);
    const orphaned = container === undefined ? [] : ['docker', 'kill', container];
    const child = spawn(process.execPath, [guard, JSON.stringify(orphaned), command, ...args], {
      stdio: ['pipe', 'pipe', log],
    });
    const exited = once(child, 'exit');
    if (child.stdout === null) throw new Error('a guard has no output');
    const [line] = await once(child.stdout, 'data');
    return new ServerProcess(options, { pid: Number(String(line)), logStart, exited });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** What the server has printed since it was started. */
  log(): string {
    return readFileSync(this.#options.logFile).subarray(this.#logStart).toString();
  }

  /** Waits until the condition holds. @throws Error with the end of its log when the server ends, or takes too long */
  async until(what: string, condition: () => boolean | Promise<boolean>, patienceMs = 240_000): Promise<void> {
    const deadline = systemClock.monotonic() + patienceMs;
    while (!(await condition())) {
      if (this.#isRunning && systemClock.monotonic() < deadline) await sleep(systemClock, 50);
      else
        throw new Error(
          `the server ${this.#isRunning ? 'waits' : 'ended'} before ${what}:\n${this.log().slice(-4_000)}`,
        );
    }
  }

  /** SIGTERM, and SIGKILL when the server is not gone after a while. */
  async stop(): Promise<void> {
    await this.#signal('TERM');
    const patience = systemClock.schedule(30_000, () => {
      this.#signal('KILL').catch(() => undefined);
    });
    await this.#exited;
    patience.cancel();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#signal('KILL');
    await this.#exited;
  }

  async #signal(signal: 'TERM' | 'KILL'): Promise<void> {
    if (!this.#isRunning) return;
    const { container } = this.#options;
    if (container !== undefined) await runCommand('docker', ['kill', '--signal', signal, container]).catch(() => '');
    else process.kill(this.#pid, `SIG${signal}`);
  }
}
