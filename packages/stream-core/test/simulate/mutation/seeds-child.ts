// Runs seeds in a process of its own, and writes a line when each begins and another when it has ended.
import { runSimulation } from '../../../src/testing/simulation/run-simulation.ts';
import { loadSimulations } from '../simulations.ts';
import type { SeedRange, SeedReport } from './run-seeds.ts';

const { from, to, topology, guarantee, modules }: SeedRange = JSON.parse(process.argv[2] ?? '');
const simulations = await loadSimulations(modules);
const chosen = simulations.filter(({ name }) => topology === null || topology === name);

const say = (report: Omit<SeedReport, 'violations'> & Partial<SeedReport>): void => {
  process.stdout.write(`${JSON.stringify(report)}\n`);
};

for (let seed = from; seed <= to; seed++) {
  const simulation = chosen[seed % chosen.length];
  if (simulation === undefined) continue;
  const which = { seed, simulation: simulation.name };
  say(which);
  const violations = await runSimulation(simulation, { seed, ...(guarantee === null ? {} : { guarantee }) }).then(
    (report) => report.violations,
    (error: unknown) => [`run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
  );
  say({ ...which, violations });
}
