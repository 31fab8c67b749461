import { kafka } from '../../../src/adapters/kafka/kafka-broker.ts';
import type { BrokerClient } from '../../../src/broker/broker.ts';
import { systemChance } from '../../../src/common/chance.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { readWithJava } from '../../servers/java-reader.ts';
import { InstanceProcess } from './instance-process.ts';
import { OutputWatch } from './output-watch.ts';
import { SteadyInput } from './steady-input.ts';

export interface RebalanceWorldOptions {
  readonly bootstrapServers: string;
  readonly partitions: number;
  readonly sessionTimeoutMs: number;
  readonly intervalMs: number;
}

/** What is wrong with the output as Kafka's own consumer reads it. */
export interface OutputVerdict {
  readonly records: number;
  readonly lost: number;
  readonly doubled: number;
}

/** An application with steady input, whose instances are processes. */
export class RebalanceWorld {
  readonly name: string = `rebalance-${Math.floor(systemChance() * 2 ** 40).toString(36)}`;
  readonly #options: RebalanceWorldOptions;
  readonly #client: BrokerClient;
  readonly #processes = new Set<InstanceProcess>();
  #watch: OutputWatch | null = null;
  #input: SteadyInput | null = null;

  constructor(options: RebalanceWorldOptions) {
    this.#options = options;
    const ports = { clientId: this.name, clock: systemClock, chance: systemChance };
    this.#client = kafka({ bootstrapServers: options.bootstrapServers }).connect(ports);
  }

  /** Creates the topics, and begins to write and to read. */
  async open(): Promise<OutputWatch> {
    const { partitions, intervalMs } = this.#options;
    const topic = { partitions, replicationFactor: -1, configs: {} };
    await this.#client.admin.createTopics([
      { ...topic, name: this.#source },
      { ...topic, name: this.#sink },
    ]);
    this.#input = new SteadyInput(this.#client, { clock: systemClock, topic: this.#source, partitions, intervalMs });
    this.#watch = new OutputWatch(this.#client, { clock: systemClock, topic: this.#sink, partitions });
    return this.#watch;
  }

  /** A process that is ready to join the group. */
  async process(name: string): Promise<InstanceProcess> {
    const { bootstrapServers, sessionTimeoutMs } = this.#options;
    const topics = { input: this.#source, output: this.#sink };
    const made = new InstanceProcess({ ...topics, bootstrapServers, sessionTimeoutMs, applicationId: this.name, name });
    this.#processes.add(made);
    await made.next('ready');
    return made;
  }

  /** An instance that runs. */
  async instance(name: string): Promise<InstanceProcess> {
    const made = await this.process(name);
    made.start();
    await made.next('running');
    return made;
  }

  /** Ends the input, waits for all of the output, and lets Java look at it. */
  async verdict(): Promise<OutputVerdict & { readonly inputGapMs: number }> {
    const rounds = (await this.#input?.stop()) ?? 0;
    await this.#watch?.reaches(rounds);
    const seen = new Map<string, number[]>();
    for (const { key, value } of await readWithJava(this.#options.bootstrapServers, [this.#sink])) {
      const [count = ''] = Buffer.from(value ?? '', 'hex')
        .toString()
        .split(' ');
      const name = Buffer.from(key ?? '', 'hex').toString();
      seen.set(name, [...(seen.get(name) ?? []), Number(count)]);
    }
    const counts = [...seen.values()];
    const distinct = counts.reduce((sum, each) => sum + new Set(each).size, 0);
    const records = counts.reduce((sum, each) => sum + each.length, 0);
    const inputGapMs = this.#input?.largestGapMs ?? 0;
    return { records, lost: rounds * this.#options.partitions - distinct, doubled: records - distinct, inputGapMs };
  }

  /** The last lines of what the instances have logged. */
  logs(): string {
    return [...this.#processes].map(({ name, log }) => `${name}:\n${log}`).join('\n');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes].map((each) => each.kill()));
    await this.#watch?.close();
    await this.#client.close();
  }

  get #source(): string {
    return `${this.name}-in`;
  }

  get #sink(): string {
    return `${this.name}-out`;
  }
}
