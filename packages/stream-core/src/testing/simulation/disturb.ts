import type { SimulatedCluster } from './simulated-cluster.ts';
import type { OutsideSystems, Simulation } from './simulation.ts';
import { Strikes } from './strikes.ts';

/** A run that has begun. */
export interface StartedRun {
  readonly simulation: Simulation;
  readonly cluster: SimulatedCluster;
  /** Null where the simulation has none. */
  readonly outside: OutsideSystems | null;
}

/** While things go wrong. */
export const steps = 110;
/** Where the steps were not enough for what a run must have, so many more. */
const moreStepsMax = 60;

/** In so many runs the first instance crashes while it begins. */
const startCrashShare = 0.3;

/** What a run has at least. */
export const leastOfARun = { records: 2_000, crashes: 3, rebalances: 2 } as const;

/** What happened in a run. */
export type Happened = { readonly [Name in keyof typeof leastOfARun]: number };

/** How often the group came together again after it had first done so. */
const rebalancesOf = ({ broker, config }: SimulatedCluster): number =>
  Math.max(0, (broker.cluster.groups.find(config.applicationId)?.generationId ?? 0) - 1);

const crashesOf = (cluster: SimulatedCluster): number =>
  [...cluster.instances.values()].filter(({ isDead }) => isDead).length;

/** Writes what goes in at a step, and gives how many records that are. */
export const feed = ({ cluster, simulation, outside }: StartedRun, step: number): number => {
  const records =
    simulation.outside === undefined ? simulation.feed(step, cluster.chance) : (outside?.turn(step) ?? []);
  // In one batch a partition, so that instances stop and go on in the middle of batches too.
  for (const [topic, ofTopic] of Map.groupBy(records, (record) => record.topic)) cluster.broker.produce(topic, ofTopic);
  return records.length;
};

/** Where chance was too kind: an instance crashes at once, or another one joins. */
const insist = (cluster: SimulatedCluster): boolean => {
  const [victim] = cluster.upInstances;
  if (crashesOf(cluster) < leastOfARun.crashes && victim !== undefined) {
    cluster.trace.count('fault crash');
    cluster.start(cluster.crash(victim));
    return true;
  }
  if (rebalancesOf(cluster) >= leastOfARun.rebalances) return false;
  cluster.start();
  return true;
};

/** Lets two instances begin, and feeds them while things go wrong. */
export const disturb = async (run: StartedRun): Promise<Happened> => {
  const { cluster } = run;
  const strikes = new Strikes(cluster, run.outside !== null);
  let records = 0;
  const first = cluster.start();
  if (cluster.chance() < startCrashShare) strikes.crashAtStart(first);
  cluster.start();
  for (let step = 0; step < steps; step++) {
    records += feed(run, step);
    // Instances that ended by an error are started again, as a supervisor does it.
    if (cluster.upInstances.length === 0) cluster.start();
    if (step % 25 === 20) strikes.crash();
    else if (step % 6 === 3) strikes.strike();
    await cluster.clock.advance(60 + cluster.chance() * 80);
  }
  for (let step = 0; step < moreStepsMax && insist(cluster); step++) await cluster.clock.advance(500);
  return { records, crashes: crashesOf(cluster), rebalances: rebalancesOf(cluster) };
};

/** What a run lacks to count as one. */
export const missingOf = (happened: Happened): string[] =>
  (['records', 'crashes', 'rebalances'] as const)
    .filter((name) => happened[name] < leastOfARun[name])
    .map((name) => `run: it had ${happened[name]} ${name}, and needs ${leastOfARun[name]}`);
