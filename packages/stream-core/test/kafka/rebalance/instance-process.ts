import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { InstanceMessage, InstanceSettings } from './instance-messages.ts';

type MessageOf<T extends InstanceMessage['type']> = Extract<InstanceMessage, { readonly type: T }>;

const program = fileURLToPath(new URL('instance-child.ts', import.meta.url));

/** An instance in a process of its own, which ends with the one that started it. */
export class InstanceProcess {
  readonly name: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #messages: InstanceMessage[] = [];
  readonly #exited: Promise<void>;
  #log = '';
  #wake: () => void = () => undefined;

  constructor(settings: InstanceSettings) {
    this.name = settings.name;
    this.#process = spawn(process.execPath, ['--conditions=@millrace/source', program, JSON.stringify(settings)]);
    this.#exited = new Promise((resolve) => {
      this.#process.on('close', () => {
        resolve();
        this.#wake();
      });
    });
    this.#process.stdin.on('error', () => undefined);
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk.toString()}`.slice(-20_000);
    });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.#messages.push(JSON.parse(line));
      this.#wake();
    });
  }

  /** What it has logged last. */
  get log(): string {
    return this.#log;
  }

  /** Tells it to join, and does not wait. */
  start(): void {
    this.#process.stdin.write('start\n');
  }

  /** Makes the next call of its user code stand still. */
  block(ms: number): void {
    this.#process.stdin.write(`block ${ms}\n`);
  }

  async status(): Promise<MessageOf<'status'>> {
    this.#process.stdin.write('status\n');
    return this.next('status');
  }

  /** Closes the application, which leaves its group, and resolves when the process has ended. */
  async close(): Promise<void> {
    this.#process.stdin.end('close\n');
    await this.next('closed');
    await this.#exited;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  /** The next message of a type. @throws Error when the process ends first */
  async next<T extends InstanceMessage['type']>(type: T): Promise<MessageOf<T>> {
    for (;;) {
      const index = this.#messages.findIndex((message) => message.type === type);
      const [message] = index < 0 ? [] : this.#messages.splice(index, 1);
      if (message !== undefined) return message as MessageOf<T>;
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        throw new Error(`${this.name} ended before it said ${type}: ${this.#log}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
