import type { ProcessingGuarantee } from '../../config/streams-config.ts';
import { notDrained } from './checkers/check-drained.ts';
import { checkFailures } from './checkers/check-failures.ts';
import { checkOutput } from './checkers/check-output.ts';
import { checkOwners } from './checkers/check-owners.ts';
import { checkReadCommitted } from './checkers/check-read-committed.ts';
import { notRestored } from './checkers/check-restored.ts';
import { checkState } from './checkers/check-state.ts';
import { checkStreamTime } from './checkers/check-stream-time.ts';
import { checkTasks } from './checkers/check-tasks.ts';
import type { Checker } from './checkers/finished-run.ts';
import { CommittedReader } from './committed-reader.ts';
import { abortedTransactions } from './committed-records.ts';
import type { StartedRun } from './disturb.ts';
import { disturb, feed, missingOf, steps } from './disturb.ts';
import type { SimulatedBrokerKind } from './simulated-cluster.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import type { Simulation } from './simulation.ts';

/** Which run of a simulation. */
export interface RunSimulationOptions {
  /** A whole number. */
  readonly seed: number;
  /** @default drawn from the seed */
  readonly guarantee?: ProcessingGuarantee;
  /** @default drawn from the seed */
  readonly brokerKind?: SimulatedBrokerKind;
}

/** What came of a run. */
export interface SimulationReport {
  readonly simulation: string;
  readonly seed: number;
  readonly guarantee: ProcessingGuarantee;
  readonly brokerKind: SimulatedBrokerKind;
  /** In words, what was not as it must be; empty when all is well. */
  readonly violations: readonly string[];
  /** How many records were fed. */
  readonly records: number;
  /** How many instances ended without a word. */
  readonly crashes: number;
  /** How often the group came together anew. */
  readonly rebalances: number;
  /** Over all events: the same seed gives the same hash. */
  readonly hash: string;
  /** How often each fault and each kind of await was met. */
  readonly counts: ReadonlyMap<string, number>;
  /** The last events, readable. */
  readonly lastEvents: readonly string[];
}

/** What is looked at when everything is over. */
const checkers: readonly Checker[] = [checkOutput, checkTasks, checkStreamTime, checkReadCommitted, checkState];

const drainLimitMs = 120_000;

const leftToDo = (cluster: SimulatedCluster): string[] => [...notRestored(cluster), ...notDrained(cluster)];

/** Waits until all is done, and says what is not after a long time. Adds to what was fed. */
const drain = async (run: StartedRun): Promise<{ readonly problems: string[]; readonly records: number }> => {
  const { cluster, outside } = run;
  const { clock } = cluster;
  cluster.calm();
  let records = 0;
  const limitMs = clock.now() + drainLimitMs;
  for (let step = steps; clock.now() < limitMs; step++) {
    if (outside !== null) records += feed(run, step);
    if (outside?.isBusy !== true && leftToDo(cluster).length === 0) break;
    await clock.advance(500);
  }
  // What is doubled may come a little later.
  await clock.advance(5_000);
  return { problems: [...leftToDo(cluster), ...checkOwners(cluster)], records };
};

const countOutcome = (cluster: SimulatedCluster): void => {
  const { trace, broker } = cluster;
  for (const log of broker.cluster.topics.logs()) {
    for (let index = abortedTransactions(log); index > 0; index--) trace.count('seen abort marker');
  }
  const generations = broker.cluster.groups.find(cluster.config.applicationId)?.generationId ?? 0;
  for (let index = 0; index < generations; index++) trace.count('seen rebalance');
  for (const failure of cluster.failures) trace.add('world', `ended by an error: ${failure}`);
};

/**
 * Runs a topology on a simulated cluster while crashes, hanging instances, lost answers, restarts of brokers and more
 * are drawn from a seed; lets everything drain, and checks output, state, readers and owners.
 *
 * @returns what was found; the violations are sentences. A run that cannot go on is a violation too
 */
export const runSimulation = async (
  simulation: Simulation,
  options: RunSimulationOptions,
): Promise<SimulationReport> => {
  const { topology, topics, config = {} } = simulation;
  const cluster = new SimulatedCluster({ ...options, topology, topics, config });
  const outside = simulation.outside?.(cluster, options.seed) ?? null;
  const reader = new CommittedReader(cluster, simulation.output);
  const run = { simulation, cluster, reader, outside };
  const disturbed = await disturb(run);
  const drained = await drain(run);
  const happened = { ...disturbed, records: disturbed.records + drained.records };
  const violations = [...missingOf(happened), ...drained.problems, ...checkFailures(run)];
  await cluster.close();
  await cluster.clock.settle(reader.close());
  countOutcome(cluster);
  for (const check of checkers) violations.push(...check(run));
  const { guarantee, brokerKind, trace } = cluster;
  return {
    simulation: simulation.name,
    seed: options.seed,
    guarantee,
    brokerKind,
    violations,
    ...happened,
    hash: trace.hash,
    counts: trace.counts,
    lastEvents: trace.last,
  };
};
