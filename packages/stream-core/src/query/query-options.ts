/** What a query sees. */
export interface QueryOptions {
  /** What is committed alone, or also what the tasks are working on and may yet take back. @default 'read_committed' */
  readonly isolation?: 'read_committed' | 'read_uncommitted';
}
