import { InProcessBrokers } from '../../adapters/kafka/in-process/in-process-brokers.ts';
import { inProcessTransport } from '../../adapters/kafka/in-process/in-process-transport.ts';
import { kafkaOver } from '../../adapters/kafka/kafka-broker.ts';
import { MemoryBroker } from '../../adapters/memory/memory-broker.ts';
import type { Broker } from '../../broker/broker.ts';
import type { Chance } from '../../common/chance.ts';
import { seededChance } from '../../common/chance.ts';
import { silentLogger } from '../../common/logger.ts';
import type { ProcessingGuarantee } from '../../config/streams-config.ts';
import { errorMessage } from '../../errors/streams-error.ts';
import type { KafkaStreamsOptions } from '../../kafka-streams.ts';
import type { TopologyPlan } from '../../topology/plan.ts';
import { createPlan } from '../../topology/plan.ts';
import type { Topology } from '../../topology/topology.ts';
import { ManualClock } from '../manual-clock.ts';
import { FailingRegistry } from './failing-registry.ts';
import { LogArchive } from './log-archive.ts';
import { MemoryDisk } from './memory-disk.ts';
import { noteTails } from './note-tails.ts';
import { ProcessClock } from './process-clock.ts';
import { ProcessingTrace } from './processing-trace.ts';
import type { RequestFaultRates } from './request-faults.ts';
import { RequestFaults } from './request-faults.ts';
import { SimulatedInstance } from './simulated-instance.ts';
import type { SimulatedRegistry } from './simulated-registry.ts';
import { noRegistry } from './simulated-registry.ts';
import { SimulationTrace } from './simulation-trace.ts';

/** What the instances talk to: the client for real clusters over brokers in memory, or the embedded broker itself. */
export type SimulatedBrokerKind = 'kafka' | 'memory';

/** What is simulated. */
export interface SimulatedClusterOptions {
  /** A whole number. The same seed gives the same run, event by event. */
  readonly seed: number;
  /** Makes the topology of one instance; its serdes may ask the registry. */
  readonly topology: (registry: SimulatedRegistry) => Topology;
  /** The partitions of the topics that exist from the beginning, by name. */
  readonly topics: Readonly<Record<string, number>>;
  /** @default drawn from the seed */
  readonly guarantee?: ProcessingGuarantee;
  /** @default drawn from the seed, one as often as the other */
  readonly brokerKind?: SimulatedBrokerKind;
  /** What goes wrong with requests and answers. @default 8 % slow, 0.4 % late, 1.5 % lost */
  readonly rates?: RequestFaultRates;
  /** Settings of the instances, in place of the simulation's own. */
  readonly config?: Partial<KafkaStreamsOptions>;
}

const startMs = 1_000_000;
const nodes = 3;
const requestTimeoutMs = 1_000;
const defaultRates: RequestFaultRates = { slow: 0.08, late: 0.004, lost: 0.015 };

/** Short times, so that sessions, rebalances and transactions end within a simulation. */
const settings = {
  commitInterval: 40,
  sessionTimeout: 1_000,
  heartbeatInterval: 200,
  rebalanceTimeout: 2_000,
  statestoreCacheMaxBytes: 0,
  logger: silentLogger,
} as const;

/**
 * A whole cluster in one process and virtual time: brokers, group, transactions, and the instances of an application,
 * each with a disk and a clock. Whatever goes wrong is drawn from the seed, so that every run can be repeated.
 *
 * Time moves only through `clock`. `runSimulation` does the rest: it feeds, lets things go wrong, and checks.
 */
export class SimulatedCluster {
  readonly clock: ManualClock = new ManualClock(startMs);
  /** For what happens: who feeds the cluster may draw from it too. */
  readonly chance: Chance;
  readonly guarantee: ProcessingGuarantee;
  readonly brokerKind: SimulatedBrokerKind;
  /**
   * Whether instances may go on to write after their work has gone to others. Exactly-once keeps what they write out.
   * At-least-once does not, neither here nor in Kafka Streams: what they write late, to changelogs too, stands there.
   */
  readonly hasZombies: boolean;
  /** The logs behind all brokers, with shortcuts to write and read them. */
  readonly broker: MemoryBroker;
  /** The nodes that share the partitions; null on the embedded broker, which is one piece. */
  readonly brokers: InProcessBrokers | null;
  /** All that was ever committed to the logs. */
  readonly archive: LogArchive;
  /** What each task has processed and committed, in its order. */
  readonly processing: ProcessingTrace;
  readonly trace: SimulationTrace;
  readonly faults: RequestFaults;
  /** What instances find on their disks after a crash, to be looked at when everything is over. */
  readonly crashedDisks: MemoryDisk[] = [];
  readonly #options: SimulatedClusterOptions;
  readonly #instances = new Map<string, SimulatedInstance>();
  readonly #client: Broker;
  readonly #stateMemoryMaxBytes: number;
  #plan: TopologyPlan | null = null;
  readonly #transactionTimeout: number;
  readonly #fetchMaxBytes: number;

  constructor(options: SimulatedClusterOptions) {
    const { seed, topics, rates = defaultRates } = options;
    this.#options = options;
    this.chance = seededChance(seed);
    const [isReal, isExact, isSmall] = [this.chance() < 0.5, this.chance() < 0.6, this.chance() < 0.6];
    this.brokerKind = options.brokerKind ?? (isReal ? 'kafka' : 'memory');
    this.guarantee = options.guarantee ?? (isExact ? 'exactly_once_v2' : 'at_least_once');
    this.hasZombies = this.guarantee === 'exactly_once_v2' || this.chance() < 0.5;
    // With little memory the databases get every commit at once, otherwise some time later.
    this.#stateMemoryMaxBytes = isSmall ? 1_024 : 1_048_576;
    // With little time transactions are lost while their producer keeps its place in the group.
    this.#transactionTimeout = this.chance() < 0.3 ? 500 : 3_000;
    // With short answers restores take many of them, and transactions reach over their ends.
    this.#fetchMaxBytes = this.chance() < 0.4 ? 1_000 : 1_048_576;
    const { clock, chance } = this;
    this.trace = new SimulationTrace(() => clock.now());
    const instanceOf = (clientId: string): SimulatedInstance | null => this.#instances.get(clientId) ?? null;
    const late = this.hasZombies ? rates.late : 0;
    this.faults = new RequestFaults({
      clock,
      chance,
      trace: this.trace,
      rates: { ...rates, late },
      instanceOf,
      requestTimeoutMs: this.brokerKind === 'kafka' ? requestTimeoutMs : Number.POSITIVE_INFINITY,
      onDelete: () => this.archive.keepAll(),
    });
    this.broker = new MemoryBroker({ clock, chance, faults: this.faults, retryTimeoutMs: 1_500 });
    this.archive = new LogArchive(this.broker.cluster);
    this.processing = new ProcessingTrace(this.broker.cluster.offsets, () => this.plan);
    this.brokers = this.brokerKind === 'kafka' ? new InProcessBrokers(this.broker.cluster, { nodes }) : null;
    this.#client = this.brokers === null ? this.broker : this.#kafka(this.brokers);
    for (const [topic, partitions] of Object.entries(topics)) this.broker.createTopic(topic, { partitions });
    this.trace.count(`cluster ${this.brokerKind}, ${this.guarantee}${this.hasZombies ? '' : ', no zombies'}`);
    this.trace.add('world', `seed ${seed}, ${this.brokerKind}, ${this.guarantee}, ${this.#stateMemoryMaxBytes} bytes`);
  }

  /** How the instances reach the brokers, for further clients. Nothing goes wrong with what those ask. */
  get client(): Broker {
    return this.#client;
  }

  /** All instances there ever were, by client id. */
  get instances(): ReadonlyMap<string, SimulatedInstance> {
    return this.#instances;
  }

  /** The instances that work, for all that one can see. */
  get upInstances(): SimulatedInstance[] {
    return [...this.#instances.values()].filter(({ isUp }) => isUp);
  }

  /** The settings of the instances. */
  get config(): Omit<KafkaStreamsOptions, 'topology' | 'state' | 'clientId'> {
    return {
      ...settings,
      applicationId: 'app',
      broker: this.#client,
      processingGuarantee: this.guarantee,
      stateMemoryMaxBytes: this.#stateMemoryMaxBytes,
      transactionTimeout: this.#transactionTimeout,
      chance: this.chance,
      ...this.#options.config,
    };
  }

  /** The settings that the simulation gives in place of its own. */
  get given(): Partial<KafkaStreamsOptions> {
    return this.#options.config ?? {};
  }

  /** A topology as an instance gets it. */
  topology(registry: SimulatedRegistry = noRegistry): Topology {
    return this.#options.topology(registry);
  }

  /** The plan that the instances have. */
  get plan(): TopologyPlan {
    const { applicationId } = this.config;
    this.#plan ??= createPlan(this.topology(), { applicationId, defaults: { key: null, value: null } });
    return this.#plan;
  }

  /** Starts an instance, on an empty disk or on one that another instance has left. */
  start(disk: MemoryDisk = new MemoryDisk()): SimulatedInstance {
    const clientId = `instance-${this.#instances.size + 1}`;
    this.trace.add(clientId, `starts with ${disk.databases.size} databases`);
    const stateListener = (next: string): void => this.trace.add(clientId, next);
    const clock = new ProcessClock(this.clock);
    const options = {
      ...this.config,
      topology: this.processing.traced(clientId, this.topology(this.#registryOf(clientId, clock))),
      state: disk,
      clientId,
      stateListener,
      onTimer: () => this.trace.count('await timer'),
    };
    noteTails(disk, { trace: this.trace, cluster: this.broker.cluster, plan: this.plan });
    const instance = new SimulatedInstance(options, disk, clock);
    this.#instances.set(clientId, instance);
    return instance;
  }

  /** Ends an instance without a word, and gives its disk as the crash left it. */
  crash(instance: SimulatedInstance): MemoryDisk {
    this.trace.add(instance.clientId, 'crashes');
    instance.crash();
    this.crashedDisks.push(instance.disk.copy());
    return instance.disk.copy();
  }

  /** Closes an instance as it should be, and gives its disk when it is closed. */
  async leave(instance: SimulatedInstance): Promise<MemoryDisk> {
    this.trace.add(instance.clientId, 'leaves');
    await instance.leave();
    return instance.disk;
  }

  /** Nothing goes wrong any more: nodes are up, instances that hang go on, and one more is there. */
  calm(): void {
    this.trace.add('world', 'calm');
    this.faults.isCalm = true;
    this.faults.areBrokersAway = false;
    for (const { nodeId } of this.brokers?.nodes ?? []) this.brokers?.start(nodeId);
    for (const instance of this.#instances.values()) {
      instance.ambush = null;
      instance.disk.fault = null;
      instance.goOn();
    }
    this.start();
  }

  /** The errors of instances that ended by themselves, in words. */
  get failures(): string[] {
    return [...this.#instances.values()]
      .filter(({ isDead, streams }) => !isDead && streams.state === 'ERROR')
      .map(({ clientId, streams }) => `${clientId}: ${errorMessage(streams.error)}`);
  }

  /** Closes everything; calm it first. */
  async close(): Promise<void> {
    const alive = [...this.#instances.values()].filter(({ isDead }) => !isDead);
    await this.clock.settle(Promise.allSettled(alive.map(({ streams }) => streams.close())));
    for (const { isDead, clock } of this.#instances.values()) if (isDead) clock.kill();
  }

  #registryOf(clientId: string, clock: ProcessClock): SimulatedRegistry {
    const { chance, trace, faults } = this;
    const instance = (): SimulatedInstance | null => this.#instances.get(clientId) ?? null;
    return new FailingRegistry({ clock, chance, trace, instance, isCalm: () => faults.isCalm });
  }

  #kafka(brokers: InProcessBrokers): Broker {
    const { faults } = this;
    return kafkaOver(({ clientId, clock }) => inProcessTransport({ brokers, clientId, clock, faults }), {
      requestTimeoutMs,
      retryTimeoutMs: 3_000,
      metadataMaxAgeMs: 2_000,
      fetch: { fetchMaxBytes: this.#fetchMaxBytes },
    });
  }
}
