import type { Chance } from '../../common/chance.ts';
import type { Topology } from '../../topology/topology.ts';
import type { SimulatedCluster, SimulatedClusterOptions } from './simulated-cluster.ts';
import type { SimulatedRegistry } from './simulated-registry.ts';

/** A record that goes into a simulated cluster. Its key decides the partition. */
export interface FedRecord {
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer | null;
  /** Epoch ms. */
  readonly timestamp: number;
}

/**
 * How the output of a simulation is compared with that of one undisturbed run.
 *
 * - `ordered`: the values of every key, in their order. Exact, where every task reads one partition.
 * - `unordered`: the same records, in any order.
 * - `final`: the last value of every key.
 */
export type OutputComparison = 'ordered' | 'unordered' | 'final';

/**
 * What at-least-once has to show, which may do things twice. Where instances may write after others have taken over,
 * what they write counts too, and only `contains` holds; of the others, that every key is there.
 *
 * - `contains`: every record that is expected is there.
 * - `reaches`: the largest value of every key, a 64-bit number, is not below the last that is expected.
 * - `final`: the last value of every key is the expected one.
 * - `present`: the same of every key that has a value at the end; of the others nothing is said.
 */
export type AtLeastOnceComparison = 'contains' | 'reaches' | 'final' | 'present';

/** How what came out is compared with a replay of what went in. */
export interface ReplayComparison {
  /** The records of one step, of which there are 110. */
  readonly feed: (step: number, chance: Chance) => readonly FedRecord[];
  /** Whether every partition is replayed by itself, as the tasks have them, or all records go through one task. */
  readonly replay: 'partitions' | 'whole';
  readonly exactlyOnce: OutputComparison;
  readonly atLeastOnce: AtLeastOnceComparison;
  readonly outside?: undefined;
}

/** Systems around the application: they see what it commits, write what it reads, and judge what came of it. */
export interface OutsideSystems {
  /** What they write in a step, of which there are 110; called with further numbers while everything drains. */
  turn(step: number): readonly FedRecord[];
  /** Whether something is still to come of them, so that it is too early to judge. */
  readonly isBusy: boolean;
  /** Every violation as a sentence. Asked once, at the end. */
  check(): readonly string[];
}

/** A simulation that is judged by the systems around the application. */
export interface OutsideComparison {
  readonly outside: (cluster: SimulatedCluster, seed: number) => OutsideSystems;
}

/** A topology, what it is fed with, and how its output is judged. */
export type Simulation = {
  readonly name: string;
  /** Makes the topology of one instance; its serdes may ask the registry. */
  readonly topology: (registry: SimulatedRegistry) => Topology;
  /** The partitions of its topics, by name. */
  readonly topics: Readonly<Record<string, number>>;
  /** The topic that is compared, and that a reader of read_committed reads meanwhile. */
  readonly output: string;
  /** Settings of the instances, in place of the simulation's own. */
  readonly config?: SimulatedClusterOptions['config'];
} & (ReplayComparison | OutsideComparison);
