/**
 * Chooses the partitions of a record that goes to `topic`: one number, several for a multicast (each gets the record),
 * none to drop it, or null for Kafka's default partitioner (KIP-873).
 */
export type StreamPartitioner<K, V> = (
  topic: string,
  key: K,
  value: V,
  partitions: number,
) => number | readonly number[] | null;
