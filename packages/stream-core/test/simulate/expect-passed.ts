import { expect } from 'vitest';

import type { RunSimulationOptions } from '../../src/testing/simulation/run-simulation.ts';
import { runSimulation } from '../../src/testing/simulation/run-simulation.ts';
import type { Simulation } from '../../src/testing/simulation/simulation.ts';

/** Runs a seed in a test, which fails with the command that repeats it. */
export const expectPassed = async (simulation: Simulation, options: RunSimulationOptions): Promise<void> => {
  const { violations } = await runSimulation(simulation, options);
  const { seed, guarantee } = options;
  const forced = guarantee === undefined ? '' : ` --guarantee ${guarantee}`;
  const again = `npx -y pnpm@12 simulate --seeds ${seed}..${seed} --topology ${simulation.name}${forced}`;
  expect(violations, again).toEqual([]);
};
