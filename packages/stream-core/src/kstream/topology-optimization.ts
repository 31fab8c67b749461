/**
 * How a topology may be rewritten when it is built:
 *
 * - `reuse.ktable.source.topics`: the store of a source table is restored from the topic of the table, and has no
 *   changelog of its own. The topic must keep what the table needs, as a compacted one does.
 * - `merge.repartition.topics`: operators behind one change of keys share a repartition topic.
 * - `single.store.self.join`: a stream that is joined with itself is kept in one store.
 *
 * Each changes the names of generated internal topics and stores.
 *
 * @see KIP-295, KIP-862, `StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG`
 */
export type TopologyOptimization = 'reuse.ktable.source.topics' | 'merge.repartition.topics' | 'single.store.self.join';

const every: readonly TopologyOptimization[] = [
  'reuse.ktable.source.topics',
  'merge.repartition.topics',
  'single.store.self.join',
];

/**
 * The optimisations that are asked for.
 *
 * @throws RangeError for one that does not exist
 */
export const optimizationsOf = (
  given: 'none' | 'all' | readonly TopologyOptimization[],
): ReadonlySet<TopologyOptimization> => {
  if (given === 'none') return new Set();
  if (given === 'all') return new Set(every);
  const unknown = given.find((name) => !every.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`there is no topology optimization ${unknown}; use ${every.join(', ')}`);
  return new Set(given);
};
