import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { kafkaClassPath } from '../../servers/java-runtime.ts';
import { runCommand } from '../../servers/run-command.ts';

const source = fileURLToPath(new URL('GroupReferee.java', import.meta.url));

const argumentsFor = async (...args: readonly string[]): Promise<string[]> => {
  const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  return [...quiet, '-cp', await kafkaClassPath(), source, ...args];
};

const ask = async (...args: readonly string[]): Promise<string[]> => {
  const output = await runCommand('java', await argumentsFor(...args));
  return output.split('\n').slice(0, -1).toSorted();
};

/** The committed offsets of a group as Kafka's Java admin client sees them: `topic-0 OFFSET EPOCH METADATA`, sorted. */
export const offsetsByJava = (bootstrapServers: string, groupId: string): Promise<string[]> =>
  ask('offsets', bootstrapServers, groupId);

/** The members of a group as Kafka's Java admin client sees them: `INSTANCE topic-0,topic-1`, sorted. */
export const membersByJava = (bootstrapServers: string, groupId: string): Promise<string[]> =>
  ask('members', bootstrapServers, groupId);

/** A KafkaConsumer in a process of its own, a member of a group by the assignor `cooperative-sticky`. */
export class JavaMember {
  /** What it printed: `owns topic-0`, `revoked topic-1`, `lost`. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  #rest = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.lines.push(...lines);
    });
  }

  static async join(bootstrapServers: string, groupId: string, topic: string): Promise<JavaMember> {
    const args = await argumentsFor('member', bootstrapServers, groupId, topic);
    const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const member = new JavaMember(child);
    // A Java machine may take long to start, which is nothing to be tested.
    await once(child.stdout, 'data');
    return member;
  }

  /** What it said last that it owns. */
  get owned(): readonly string[] {
    const last = this.lines.findLast((line) => line.startsWith('owns')) ?? 'owns';
    return last
      .split(/[ ,]/)
      .slice(1)
      .filter((name) => name !== '');
  }

  /** Ends the process without a word, as at the end of a test that failed. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Leaves the group. */
  async close(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.stdin?.end('stop\n');
    await ended;
  }
}
