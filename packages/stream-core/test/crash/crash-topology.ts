import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { joinWindows, timeWindows } from '../../src/kstream/windows/windows.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import type { Topology } from '../../src/topology/topology.ts';

/** The topics that the load goes to. */
export const inputTopics = ['left', 'right'] as const;

export const partitions = 2;

/** The stores that can be compared, and how they are read. */
export const comparedStores = {
  sums: 'keyValue',
  counts: 'window',
  'pairs-this-join-store': 'window',
  'pairs-other-join-store': 'window',
} as const;

const keyed = { key: serdes.string(), value: serdes.long() };

/** A window store, a join and an aggregate, behind one another in one task a partition. */
export const crashTopology = (outputPrefix: string): Topology => {
  const builder = new StreamsBuilder();
  const left = builder.stream('left', keyed);
  const right = builder.stream('right', keyed);
  left
    .groupByKey()
    .windowedBy(timeWindows({ size: '10s', grace: '1h' }))
    .count({ materialized: { name: 'counts', retention: '2h' } })
    .toStream()
    .map((windowed, count) => [windowed.key, count])
    .to(`${outputPrefix}-counts`, keyed);
  left
    .groupByKey()
    .aggregate(
      () => 0,
      (_key, value, sum) => sum + value,
      { materialized: { name: 'sums', ...keyed } },
    )
    .toStream()
    .to(`${outputPrefix}-sums`, keyed);
  left
    .join(right, (one, other) => one * 1_000_000 + other, joinWindows({ timeDifference: '5s', grace: '1h' }), {
      storeName: 'pairs',
      ...keyed,
      otherValue: serdes.long(),
    })
    .to(`${outputPrefix}-pairs`, keyed);
  return builder.build();
};

/** The topics that the topology writes to. */
export const outputTopics = (prefix: string): readonly string[] =>
  ['counts', 'sums', 'pairs'].map((name) => `${prefix}-${name}`);
