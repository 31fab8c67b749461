import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Simulation } from '../../src/testing/simulation/simulation.ts';
import { cachedCount } from './topologies/cached-count.ts';
import { foreignKeyJoin, innerForeignKeyJoin } from './topologies/foreign-key-join.ts';
import { repartitionedCount } from './topologies/repartitioned-count.ts';
import { stateless } from './topologies/stateless.ts';
import { streamJoin } from './topologies/stream-join.ts';
import { suppressedCount } from './topologies/suppressed-count.ts';
import { windowedCount } from './topologies/windowed-count.ts';

/** What is simulated; the seeds take turns. */
export const simulations: readonly Simulation[] = [
  stateless,
  windowedCount,
  streamJoin,
  foreignKeyJoin,
  innerForeignKeyJoin,
  suppressedCount,
  repartitionedCount,
  cachedCount,
];

/** Those, and what modules export as `simulations`. */
export const loadSimulations = async (modules: readonly string[]): Promise<readonly Simulation[]> => {
  const further: Simulation[] = [];
  for (const path of modules) {
    const loaded: { readonly simulations: readonly Simulation[] } = await import(pathToFileURL(resolve(path)).href);
    further.push(...loaded.simulations);
  }
  return [...simulations, ...further];
};
