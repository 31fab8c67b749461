import type { SimulatedCluster } from '../simulated-cluster.ts';
import { firstFew } from './finished-run.ts';

/** Instances that have still to restore, or to find their place, when nothing goes wrong any more. */
export const notRestored = (cluster: SimulatedCluster): string[] => {
  const idle = cluster.upInstances
    .filter(({ streams }) => streams.state !== 'RUNNING')
    .map(({ clientId, streams }) => `${clientId} is ${streams.state}`);
  return firstFew(idle).map((problem) => `restore: ${problem}`);
};
