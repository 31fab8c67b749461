import type { TopologyOptimization } from '@millrace/stream-core';
import type { CaseConfig } from '../language/case.ts';

/** The optimisations of a case as the builder takes them. */
export const topologyOptimization = (config: CaseConfig): 'none' | 'all' | readonly TopologyOptimization[] => {
  const value = config['topology.optimization'];
  if (value === 'none' || value === 'all') return value;
  return value.split(',').map((name) => name.trim() as TopologyOptimization);
};
