import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../../../stream-core/test/servers/server-process.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** `millrace run payments` in a process of its own, which is killed and comes back with what it has on its disk. */
export class PaymentsMember {
  readonly name: string;
  readonly #folder: string;
  #process: ServerProcess | null = null;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  /**
   * A process that was not started yet.
   *
   * @param settings those of its configuration file
   */
  static async create(
    name: string,
    folder: string,
    settings: Readonly<Record<string, unknown>>,
  ): Promise<PaymentsMember> {
    const made = new PaymentsMember(name, folder);
    await writeFile(made.#configFile, JSON.stringify(settings));
    return made;
  }

  get isRunning(): boolean {
    return this.#process?.isRunning === true;
  }

  /** Where both of its outputs go, those of all its lives. */
  get logFile(): string {
    return join(this.#folder, `${this.name}.log`);
  }

  get #configFile(): string {
    return join(this.#folder, `${this.name}.json`);
  }

  /** Starts it, and does not wait until it works. */
  async start(): Promise<void> {
    const args = ['--conditions=@millrace/source', main, 'run', 'payments', '--config', this.#configFile];
    this.#process = await ServerProcess.start({ command: process.execPath, args, logFile: this.logFile });
  }

  /** Resolves when all of its applications run. */
  async running(): Promise<void> {
    await this.#process?.until(`${this.name} runs`, () => this.#hasSaid('pipeline.running'));
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** SIGTERM. @returns whether it ended in an orderly way */
  async stop(): Promise<boolean> {
    await this.#process?.stop();
    return this.#hasSaid('"pipeline.stopped","code":0');
  }

  /** What it complained of in all its lives. */
  complaints(): string[] {
    const lines = readFileSync(this.logFile, 'utf8').split('\n');
    return lines.filter((line) => line !== '' && !/"level":"(?:info|debug|warn)"/u.test(line));
  }

  #hasSaid(text: string): boolean {
    return this.#process?.log().includes(text) === true;
  }
}
