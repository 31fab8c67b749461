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
    .groupByKey()
    .count({ materialized: { name: 'counts' } })
    .toStream()
    .to('out', { key: serdes.string(), value: serdes.long() });
  return builder.build();
};

/** Counts behind a cache, which writes what a commit finds in it: only the last value of a key is certain. */
export const cachedCount: Simulation = {
  ...stateless,
  name: 'cached-count',
  topology,
  exactlyOnce: 'final',
  atLeastOnce: 'reaches',
  config: { statestoreCacheMaxBytes: 10_000 },
};
