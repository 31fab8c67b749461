import type { SimulatedCluster } from '../src/testing/simulation/simulated-cluster.ts';
import { Strikes } from '../src/testing/simulation/strikes.ts';

// Runs of a simulated cluster in which a test says itself what is fed and what must come out.

/** What happens in a run. */
export interface RunOptions {
  /** How often `step` is called. */
  readonly steps: number;
  readonly step: (index: number) => void;
  /** Called when nothing goes wrong any more, and the group has settled. */
  readonly whenCalm?: () => void;
  /** Whether everything has come out that is expected. */
  readonly isDone: () => boolean;
}

/** Lets two instances begin, feeds them while things go wrong, and waits until all is well and done. */
export const run = async (world: SimulatedCluster, { steps, step, whenCalm, isDone }: RunOptions): Promise<void> => {
  const strikes = new Strikes(world);
  world.start();
  world.start();
  for (let index = 0; index < steps; index++) {
    step(index);
    if (world.upInstances.length === 0) world.start();
    if (index % 17 === 9) strikes.strike();
    await world.clock.advance(60 + world.chance() * 80);
  }
  world.calm();
  if (whenCalm !== undefined) await world.clock.advance(10_000);
  whenCalm?.();
  for (let turns = 0; turns < 400 && !isDone(); turns++) await world.clock.advance(250);
  // What is doubled may come a little later.
  await world.clock.advance(6_000);
  await world.close();
};

/** What readers see in the topic `out`. */
export const outputOf = (world: SimulatedCluster) =>
  world.broker
    .records('out', { isolationLevel: 'read_committed' })
    .map(({ key, value }) => ({ key: String(key), value: value as Buffer }));

/** The numbers of each key, in the order in which readers see them. */
export const countsOf = (world: SimulatedCluster): ReadonlyMap<string, readonly number[]> => {
  const byKey = new Map<string, number[]>();
  for (const { key, value } of outputOf(world)) {
    byKey.set(key, [...(byKey.get(key) ?? []), Number(value.readBigInt64BE())]);
  }
  return byKey;
};

export const oneTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
