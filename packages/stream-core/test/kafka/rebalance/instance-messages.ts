/** What an instance in a process of its own is told on its command line, as JSON. */
export interface InstanceSettings {
  readonly bootstrapServers: string;
  readonly applicationId: string;
  readonly input: string;
  readonly output: string;
  readonly name: string;
  readonly sessionTimeoutMs: number;
}

/** What it tells, a line of JSON each. Lines to it are `start`, `block MS`, `status` and `close`. */
export type InstanceMessage =
  | { readonly type: 'ready' | 'running' | 'closed' }
  /** A call of user code has stood still for so long. */
  | { readonly type: 'blocked'; readonly ms: number }
  /** Rebalances that it has been through, and how often it has begun anew. */
  | { readonly type: 'status'; readonly rebalances: number; readonly restarts: number };
