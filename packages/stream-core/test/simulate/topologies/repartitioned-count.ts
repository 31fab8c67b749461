import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import type { Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { text } from './simulated-text.ts';
import { stateless } from './stateless.ts';

const topology = (): Topology => {
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
