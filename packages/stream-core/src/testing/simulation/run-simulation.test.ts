import { describe, expect, test } from 'vitest';

import { simulations } from '../../../test/simulate/simulations.ts';
import { runSimulation } from './run-simulation.ts';

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

/** One of them, as the command has it. */
const simulationOf = (seed: number) => {
  const simulation = simulations[seed % simulations.length];
  if (simulation === undefined) throw new Error('there are simulations');
  return simulation;
};

test.each(seeds)('nothing is lost, doubled or shown too early: seed %i', async (seed) => {
  const report = await runSimulation(simulationOf(seed), { seed });
  expect(report.violations).toEqual([]);
  expect(report.records).toBeGreaterThanOrEqual(2_000);
});

/** What failed once, and the seed that showed it. */
describe('what was found', () => {
  test.each([7, 77])('a commit that fails just before the next one begins ends no instance: seed %i', async (seed) => {
    const simulation = simulations.find(({ name }) => name === 'stream-join');
    if (simulation === undefined) throw new Error('there is the simulation');
    expect((await runSimulation(simulation, { seed })).violations).toEqual([]);
  });
});

test.each(['kafka', 'memory'] as const)('the same seed gives the same trace: %s', async (brokerKind) => {
  const run = (seed: number) => runSimulation(simulationOf(1), { seed, brokerKind, guarantee: 'exactly_once_v2' });
  const [first, second, other] = [await run(5), await run(5), await run(6)];
  expect(second.hash).toBe(first.hash);
  expect(other.hash).not.toBe(first.hash);
});
