import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import type { Topology } from '../../../src/topology/topology.ts';

const text = { key: serdes.string(), value: serdes.string() };

export interface RebalanceTopologyOptions {
  readonly input: string;
  readonly output: string;
  /** Who writes: part of every record of the output. */
  readonly writer: string;
  /** Called for each record, as code of a user. */
  readonly onRecord: () => void;
}

/** Counts the records of each key, and tells who has counted. */
export const rebalanceTopology = ({ input, output, writer, onRecord }: RebalanceTopologyOptions): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream(input, text)
    .peek(onRecord)
    .groupByKey()
    .count({ materialized: { name: 'counts' } })
    .toStream()
    .mapValues((count) => `${count} ${writer}`)
    // The partition that the record came from: so its output is that of one task.
    .to(output, { ...text, partitioner: (_topic, key) => Number(key.slice(1)) });
  return builder.build();
};
