import { assert } from '../../../common/assert.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { PartitionLog } from '../../memory/log/partition-log.ts';
import type { MemoryCluster } from '../../memory/memory-cluster.ts';
import { Signal } from '../../memory/signal.ts';
import type { Topic } from '../../memory/topic-registry.ts';
import type { CoordinatorKind, PartitionLeader } from '../cluster.ts';
import type { BrokerNode } from '../transport.ts';
import { FetchSessions } from './fetch-sessions.ts';

export interface InProcessBrokersOptions {
  /** How many nodes share the partitions. @default 1 */
  readonly nodes?: number;
  /** The newest version of an api by Kafka's name, to play an older cluster. @default what the client speaks */
  readonly maxVersions?: Readonly<Record<string, number>>;
  /** Finalised features. @default version 2 of transactions */
  readonly features?: Readonly<Record<string, number>>;
}

/** Where a leader epoch ends; both -1 when the log knows nothing of it. */
export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: number;
}

interface Leadership {
  nodeId: number;
  /** Ascending. */
  readonly epochs: { readonly epoch: number; readonly startOffset: number }[];
}

const firstPort = 9092;
const unknownEpoch: EpochEnd = { epoch: -1, endOffset: -1 };

const hash = (text: string): number => {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0;
  return sum;
};

/**
 * The nodes in front of one memory cluster: who leads which partition, who coordinates which group. All transports of a
 * simulation share one object. The logs and coordinators behind it are the same for all nodes, so that a new leader has
 * all that the old one had.
 */
export class InProcessBrokers {
  readonly cluster: MemoryCluster;
  readonly nodes: readonly BrokerNode[];
  readonly features: ReadonlyMap<string, number>;
  /** Fired when a partition has another leader. */
  readonly leadersMoved: Signal = new Signal();
  /** Fired when a node went down. */
  readonly nodesStopped: Signal = new Signal();
  /** The fetch sessions of each node. */
  readonly fetchSessions: readonly FetchSessions[];
  readonly #maxVersions: ReadonlyMap<string, number>;
  readonly #stopped = new Set<number>();
  #coordinatorTurn = 0;
  readonly #leaderships = new WeakMap<PartitionLog, Leadership>();
  readonly #topicIds = new WeakMap<Topic, string>();
  readonly #topicNames = new Map<string, string>();

  constructor(cluster: MemoryCluster, options: InProcessBrokersOptions = {}) {
    const { nodes = 1, maxVersions = {}, features = { 'transaction.version': 2 } } = options;
    assert(nodes > 0, 'a cluster has at least one node');
    this.cluster = cluster;
    this.nodes = Array.from({ length: nodes }, (_, nodeId) => ({
      nodeId,
      host: `node-${nodeId}.in-process`,
      port: firstPort + nodeId,
    }));
    this.fetchSessions = this.nodes.map(() => new FetchSessions());
    this.features = new Map(Object.entries(features));
    this.#maxVersions = new Map(Object.entries(maxVersions));
  }

  /** The newest version that the nodes speak, as far as they were told to be older than the client. */
  maxVersion(apiName: string): number {
    return this.#maxVersions.get(apiName) ?? Number.POSITIVE_INFINITY;
  }

  isUp(nodeId: number): boolean {
    return this.#address(nodeId) !== null && !this.#stopped.has(nodeId);
  }

  get upNodes(): readonly BrokerNode[] {
    return this.nodes.filter(({ nodeId }) => this.isUp(nodeId));
  }

  /** Takes a node down: its connections break, and its partitions go to the others, if there are any. */
  stop(nodeId: number): void {
    this.#stopped.add(nodeId);
    const successors = this.upNodes;
    for (const log of this.cluster.topics.logs()) {
      const successor = successors[log.topicPartition.partition % successors.length];
      if (this.#leadership(log).nodeId === nodeId && successor !== undefined) this.#lead(log, successor.nodeId);
    }
    this.nodesStopped.fire();
    this.leadersMoved.fire();
  }

  start(nodeId: number): void {
    this.#stopped.delete(nodeId);
    this.leadersMoved.fire();
  }

  /** Makes another node the leader of a partition, in the next leader epoch. */
  moveLeader(partition: TopicPartition, nodeId: number): void {
    assert(this.isUp(nodeId), `node ${nodeId} cannot lead: it is not up`);
    this.#lead(this.cluster.topics.log(partition), nodeId);
    this.leadersMoved.fire();
  }

  /** Gives every group and transactional id to the node that stands so many places behind the one that coordinates it. */
  moveCoordinators(places: number): void {
    this.#coordinatorTurn += places;
  }

  /** Null while the node that leads is down. */
  leader(log: PartitionLog): PartitionLeader | null {
    const { nodeId } = this.#leadership(log);
    return this.isUp(nodeId) ? { nodeId, leaderEpoch: log.leaderEpoch } : null;
  }

  /** The node that coordinates a group or a transactional id; null while no node is up. */
  coordinator(kind: CoordinatorKind, key: string): BrokerNode | null {
    const start = (hash(`${kind} ${key}`) + this.#coordinatorTurn) % this.nodes.length;
    const inTurn = this.nodes.map((_, i) => this.nodes[(start + i) % this.nodes.length]);
    return inTurn.find((node) => node !== undefined && this.isUp(node.nodeId)) ?? null;
  }

  /** Where a leader epoch ends in a log, as the leader tells a reader whose epoch it was (KIP-320). */
  epochEnd(log: PartitionLog, epoch: number): EpochEnd {
    const { epochs } = this.#leadership(log);
    const last = epochs.at(-1);
    if (last === undefined || epoch < 0 || epoch > last.epoch) return unknownEpoch;
    if (epoch === last.epoch) return { epoch, endOffset: log.logEndOffset };
    const next = epochs.findIndex((each) => each.epoch > epoch);
    return { epoch: epochs[next - 1]?.epoch ?? epoch, endOffset: epochs[next]?.startOffset ?? -1 };
  }

  /** The id of a topic; a topic that is created again under the same name has another one. */
  topicId(topic: Topic): string {
    const known = this.#topicIds.get(topic);
    if (known !== undefined) return known;
    const id = `00000000-0000-4000-8000-${(this.#topicNames.size + 1).toString(16).padStart(12, '0')}`;
    this.#topicIds.set(topic, id);
    this.#topicNames.set(id, topic.name);
    return id;
  }

  /** The topic that has that id now; null when there is none any more. */
  topicById(id: string): Topic | null {
    const name = this.#topicNames.get(id);
    const topic = name === undefined ? null : this.cluster.topics.find(name);
    return topic !== null && this.topicId(topic) === id ? topic : null;
  }

  #address(nodeId: number): BrokerNode | null {
    return this.nodes[nodeId] ?? null;
  }

  #leadership(log: PartitionLog): Leadership {
    const known = this.#leaderships.get(log);
    if (known !== undefined) return known;
    const { partition } = log.topicPartition;
    const first = partition % this.nodes.length;
    const candidates = this.upNodes;
    const nodeId = this.isUp(first) ? first : (candidates[partition % candidates.length]?.nodeId ?? first);
    const leadership = { nodeId, epochs: [{ epoch: log.leaderEpoch, startOffset: log.logStartOffset }] };
    this.#leaderships.set(log, leadership);
    return leadership;
  }

  #lead(log: PartitionLog, nodeId: number): void {
    const leadership = this.#leadership(log);
    leadership.nodeId = nodeId;
    log.leaderEpoch++;
    leadership.epochs.push({ epoch: log.leaderEpoch, startOffset: log.logEndOffset });
  }
}
