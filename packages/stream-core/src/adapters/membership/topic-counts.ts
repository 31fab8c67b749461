/** How many partitions topics have, which the leader of a group assigns by. */
export interface TopicCounts {
  /** The counts as they are now, by topic; 0 for one that does not exist. @throws StreamsError BROKER_UNAVAILABLE */
  count(topics: Iterable<string>): Promise<ReadonlyMap<string, number>>;
  /** Calls `listener` when counts may have changed; the returned function ends that. */
  watch(listener: () => void): () => void;
}
