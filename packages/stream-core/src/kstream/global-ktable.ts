import type { KeyValueMapper, ValueJoiner } from './functions.ts';
import type { Named } from './options/named.ts';

/**
 * A table that every instance holds all of. It can only be joined with streams, and read.
 *
 * @see `org.apache.kafka.streams.kstream.GlobalKTable`
 */
export interface GlobalKTable<K, V> {
  /** The store that the table can be queried under. */
  readonly queryableStoreName: string;
  /** The types of its entries; there is nothing here when the program runs. */
  readonly entry?: readonly [key: K, value: V];
}

/** What a join with a global table takes behind the table: which key a record wants, and what becomes of both. */
export type GlobalTableJoin<K, V, GK, GV, VR> = [
  keySelector: KeyValueMapper<K, V, NoInfer<GK> | null>,
  joiner: ValueJoiner<K, V, NoInfer<GV>, VR>,
  options?: Named,
];
