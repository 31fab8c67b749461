import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import type { SimulatedRegistry } from '../../../src/testing/simulation/simulated-registry.ts';
import type { Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { registeredText } from './simulated-text.ts';
import { stateless } from './stateless.ts';

const topology = (registry: SimulatedRegistry): Topology => {
  const text = registeredText(registry);
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupBy((_key, value) => value.slice(-1), text)
    .count({ materialized: { name: 'counts', caching: false } })
    .toStream()
    .to('out', { key: serdes.string(), value: serdes.long() });
  return builder.build();
};

/** Counts by another key, through a repartition topic that is purged. */
export const repartitionedCount: Simulation = {
  ...stateless,
  name: 'repartitioned-count',
  topology,
  replay: 'whole',
  atLeastOnce: 'reaches',
  config: { repartitionPurgeInterval: 500 },
};
