import { untilWindowCloses } from '../../../src/kstream/options/suppressed.ts';
import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import { timeWindows } from '../../../src/kstream/windows/windows.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import type { Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { text } from './simulated-text.ts';
import { windowedCount } from './windowed-count.ts';

const topology = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(timeWindows({ size: 500, grace: 300 }))
    .count({ materialized: { name: 'counts', caching: false } })
    .suppress(untilWindowCloses({ name: 'final' }))
    .toStream((windowed) => `${windowed.key}@${windowed.window.start}`)
    .to('out', { key: serdes.string(), value: serdes.long() });
  return builder.build();
};

/** The final count of each window, once it has closed; what comes too late is dropped. */
export const suppressedCount: Simulation = { ...windowedCount, name: 'suppressed-count', topology };
