import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import type { SimulatedRegistry } from '../../../src/testing/simulation/simulated-registry.ts';
import type { ReplayComparison, Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { numbered, oneOf, registeredText, timeOf } from './simulated-text.ts';

const topology = (registry: SimulatedRegistry): Topology => {
  const text = registeredText(registry);
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .filter((_key, value) => !value.endsWith('7'))
    .flatMapValues((value) => (value.endsWith('3') ? [value, `${value}-again`] : [value]))
    .to('out', text);
  return builder.build();
};

/** Records that go through one by one: some are dropped, some become two. */
export const stateless: Simulation & ReplayComparison = {
  name: 'stateless',
  topology,
  topics: { in: 4, out: 3 },
  output: 'out',
  feed: (step, chance) =>
    numbered(step, (number) => ({
      topic: 'in',
      key: Buffer.from(`key-${oneOf(chance, 40)}`),
      value: Buffer.from(`value-${number}`),
      timestamp: timeOf(step),
    })),
  replay: 'partitions',
  exactlyOnce: 'ordered',
  atLeastOnce: 'contains',
};
