/**
 * How far topics were read, by topic and partition: the offset of the last record that is in. Plain data, so that it can
 * travel: from a producer that waits for its record, or from one query to the next.
 *
 * @see KIP-796, `org.apache.kafka.streams.query.Position`
 */
export type Position = Readonly<Record<string, Readonly<Record<number, number>>>>;

/** What several positions have come to together: the larger offset of each partition. */
export const mergePositions = (positions: Iterable<Position>): Position => {
  const merged: Record<string, Record<number, number>> = {};
  for (const position of positions) {
    for (const [topic, partitions] of Object.entries(position)) {
      const offsets = merged[topic] ?? {};
      merged[topic] = offsets;
      for (const [partition, offset] of Object.entries(partitions)) {
        offsets[Number(partition)] = Math.max(offset, offsets[Number(partition)] ?? offset);
      }
    }
  }
  return merged;
};

/**
 * Whether what stands at a position has come at least to a bound, as far as the bound speaks of this partition.
 *
 * @see `org.apache.kafka.streams.state.internals.StoreQueryUtils#isPermitted`
 */
export const isUpToBound = (position: Position, bound: Position, partition: number): boolean =>
  Object.entries(bound).every(([topic, partitions]) => {
    const needed = partitions[partition];
    return needed === undefined || (position[topic]?.[partition] ?? -1) >= needed;
  });
