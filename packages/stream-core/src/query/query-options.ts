/** What a query sees. */
export interface QueryOptions {
  /** What is committed alone, or also what the tasks are working on and may yet take back. @default 'read_committed' */
  readonly isolation?: 'read_committed' | 'read_uncommitted';
}

/** Which parts of a store a handle reads. @see `org.apache.kafka.streams.StoreQueryParameters` */
export interface StoreQueryOptions extends QueryOptions {
  /** Only this one; a global store has all of them in one part. @default all partitions of this instance */
  readonly partition?: number;
  /**
   * Whether parts that are being restored are read too, with what they have so far: they may lack rows, and show some
   * that are older than what was read before.
   *
   * @default false
   */
  readonly enableStaleStores?: boolean;
}
