import { describe, expect, test } from 'vitest';

import { expectPassed } from '../../../test/simulate/expect-passed.ts';
import { freshSeeds } from '../../../test/simulate/fresh-seeds.ts';
import { simulations } from '../../../test/simulate/simulations.ts';
import { runSimulation } from './run-simulation.ts';
import type { Simulation } from './simulation.ts';

const timeout = 120_000;
const fixed = Array.from({ length: 12 }, (_, index) => index + 1);
const fresh = freshSeeds(simulations.length);

const simulationOf = (seed: number): Simulation => {
  const simulation = simulations[seed % simulations.length];
  if (simulation === undefined) throw new Error('there are simulations');
  return simulation;
};

const named = (name: string): Simulation => {
  const simulation = simulations.find((each) => each.name === name);
  if (simulation === undefined) throw new Error(`there is no simulation ${name}`);
  return simulation;
};

test.each(fixed)('nothing is lost, doubled or shown too early: seed %i', { timeout }, (seed) =>
  expectPassed(simulationOf(seed), { seed }),
);

describe(fresh.name, () => {
  test.each(fresh.seeds)('nothing is lost, doubled or shown too early: seed %i', { timeout }, (seed) =>
    expectPassed(simulationOf(seed), { seed }),
  );
});

/** What failed once, and the seeds that showed it. */
describe('what was found', () => {
  test.each([7, 77])(
    'a commit that fails just before the next one begins ends no instance: seed %i',
    { timeout },
    (seed) => expectPassed(named('stream-join'), { seed }),
  );

  test.each([38, 59])(
    'a result is not lost because the store that held it let go of it: seed %i',
    { timeout },
    (seed) => expectPassed(named('suppressed-count'), { seed, guarantee: 'at_least_once' }),
  );
});

test('a run has as much as it must have', { timeout }, async () => {
  const { records, crashes, rebalances } = await runSimulation(simulationOf(1), { seed: 1 });
  expect(records).toBeGreaterThanOrEqual(2_000);
  expect(crashes).toBeGreaterThanOrEqual(3);
  expect(rebalances).toBeGreaterThanOrEqual(2);
});

test.each(['kafka', 'memory'] as const)('the same seed gives the same trace: %s', { timeout }, async (brokerKind) => {
  const run = (seed: number) => runSimulation(simulationOf(1), { seed, brokerKind, guarantee: 'exactly_once_v2' });
  const [first, second, other] = [await run(5), await run(5), await run(6)];
  expect(second.hash).toBe(first.hash);
  expect(other.hash).not.toBe(first.hash);
});
