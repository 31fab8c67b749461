import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import { joinWindows } from '../../../src/kstream/windows/windows.ts';
import type { SimulatedRegistry } from '../../../src/testing/simulation/simulated-registry.ts';
import type { Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { numbered, oneOf, registeredText, timeOf } from './simulated-text.ts';

const topology = (registry: SimulatedRegistry): Topology => {
  const text = registeredText(registry);
  const builder = new StreamsBuilder();
  const windows = joinWindows({ timeDifference: 200, grace: 3_600_000 });
  builder
    .stream('left', text)
    .join(builder.stream('right', text), (left, right) => `${left}+${right}`, windows)
    .to('out', text);
  return builder.build();
};

/** Pairs of records of two topics, of the same key and about the same time. */
export const streamJoin: Simulation = {
  name: 'stream-join',
  topology,
  topics: { left: 3, right: 3, out: 3 },
  output: 'out',
  feed: (step, chance) =>
    numbered(step, (number) => ({
      topic: number % 2 === 0 ? 'left' : 'right',
      key: Buffer.from(`key-${oneOf(chance, 30)}`),
      value: Buffer.from(`${number}`),
      timestamp: timeOf(step) + oneOf(chance, 100),
    })),
  replay: 'partitions',
  exactlyOnce: 'ordered',
  atLeastOnce: 'contains',
  // What waits for the other side is buffered over commits.
  config: { maxTaskIdleMs: 200 },
};
