import { join } from 'node:path';
import { runSimulation } from '../../../src/testing/simulation/run-simulation.ts';
import { loadSimulations } from '../simulations.ts';
import { checkoutRoot } from './mutated-checkout.ts';
import type { SeedRange, SeedReport } from './run-seeds.ts';
import { runSeeds } from './run-seeds.ts';

/** A seed that shows a bug. */
export interface Catch {
  readonly seed: number;
  readonly topology: string;
  /** Who complained: the files of checkers, or what went wrong with the run as a whole. */
  readonly checkers: readonly string[];
  readonly violations: readonly string[];
}

/** Complaints that no checker made. */
const ofTheRun = ['run', 'process', 'watchdog'];

/** Violations begin with the name of who complains; further ones of a kind are only counted. */
const checkersOf = (violations: readonly string[]): string[] => {
  const names = violations.map((violation) => violation.slice(0, violation.indexOf(':')));
  const known = names.filter((name) => /^[a-z_]+$/.test(name));
  return [...new Set(known)].map((name) => (ofTheRun.includes(name) ? name : `check-${name.replaceAll('_', '-')}`));
};

/** Whether all is well with a seed on the sources as they are, which are those that run here. */
const isSoundUnchanged = async (
  { seed, simulation: name }: SeedReport,
  { modules, guarantee }: SeedRange,
): Promise<boolean> => {
  const simulations = await loadSimulations(modules.map((path) => join(checkoutRoot, path)));
  const simulation = simulations.find((each) => each.name === name);
  if (simulation === undefined) return false;
  const { violations } = await runSimulation(simulation, { seed, ...(guarantee === null ? {} : { guarantee }) });
  return violations.length === 0;
};

/** What a seed shows of a bug: nothing when all is well, or when the same is wrong without it. */
export const catchOf = async (report: SeedReport, range: SeedRange): Promise<Catch | null> => {
  const { seed, simulation, violations } = report;
  if (violations.length === 0 || !(await isSoundUnchanged(report, range))) return null;
  return { seed, topology: simulation, checkers: checkersOf(violations), violations };
};

/** Runs seeds on sources that have a bug, until one of them shows it; null when none does. */
export const firstCatch = async (root: string, range: SeedRange): Promise<Catch | null> => {
  for await (const report of runSeeds(root, range)) {
    const found = await catchOf(report, range);
    if (found !== null) return found;
  }
  return null;
};
