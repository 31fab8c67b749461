import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import { timeWindows } from '../../../src/kstream/windows/windows.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import type { SimulatedRegistry } from '../../../src/testing/simulation/simulated-registry.ts';
import type { Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { numbered, oneOf, registeredText, timeOf } from './simulated-text.ts';

const sizeMs = 500;

const topology = (registry: SimulatedRegistry): Topology => {
  const text = registeredText(registry);
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(timeWindows({ size: sizeMs, grace: 300 }))
    .count({ materialized: { name: 'counts', caching: false } })
    .toStream((windowed) => `${windowed.key}@${windowed.window.start}`)
    .to('out', { key: serdes.string(), value: serdes.long() });
  return builder.build();
};

/** Counts in windows; one record in seven comes late, and of those many are too late for their window. */
export const windowedCount: Simulation = {
  name: 'windowed-count',
  topology,
  topics: { in: 4, out: 3 },
  output: 'out',
  feed: (step, chance) =>
    numbered(step, (number) => ({
      topic: 'in',
      key: Buffer.from(`key-${oneOf(chance, 12)}`),
      value: Buffer.from(`value-${number}`),
      timestamp: timeOf(step) - (chance() < 0.15 ? oneOf(chance, 2_500) : 0),
    })),
  replay: 'partitions',
  exactlyOnce: 'ordered',
  atLeastOnce: 'reaches',
};
