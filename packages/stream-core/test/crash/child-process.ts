import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChildArguments, ChildMessage } from './crash-settings.ts';

type MessageOf<T extends ChildMessage['type']> = Extract<ChildMessage, { readonly type: T }>;

/** A child that can be killed at any time. */
export class CrashChild {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #messages: ChildMessage[] = [];
  readonly #exited: Promise<void>;
  #stderr = '';
  #wake = (): void => {};

  constructor(settings: ChildArguments) {
    const file = fileURLToPath(new URL('child.ts', import.meta.url));
    this.#process = spawn(process.execPath, ['--conditions=@millrace/source', file, JSON.stringify(settings)]);
    this.#exited = new Promise((resolve) => {
      this.#process.on('close', () => resolve());
    });
    this.#process.on('close', () => this.#wake());
    this.#process.stdin.on('error', () => {});
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString('utf8')}`.slice(-4_000);
    });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.#messages.push(JSON.parse(line));
      this.#wake();
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Asks for the contents of the stores. */
  async stores(): Promise<MessageOf<'stores'>> {
    this.#process.stdin.write('stores\n');
    return this.next('stores');
  }

  /** The next message of a type. @throws Error when the child fails or ends first */
  async next<T extends ChildMessage['type']>(type: T): Promise<MessageOf<T>> {
    for (;;) {
      const index = this.#messages.findIndex((message) => message.type === type || message.type === 'failed');
      const message = this.#messages[index];
      if (message?.type === 'failed' && type !== 'failed') throw new Error(`the child failed: ${message.error}`);
      if (message !== undefined) {
        this.#messages.splice(index, 1);
        return message as MessageOf<T>;
      }
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        throw new Error(`the child ended before it said ${type}: ${this.#stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Kills it without warning, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}
