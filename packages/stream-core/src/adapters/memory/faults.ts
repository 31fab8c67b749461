/**
 * The requests that clients send. One poll sends a `fetch` whenever it looks for data. The last lines are sent only by
 * clients that speak Kafka's protocol.
 */
export type RequestKind =
  | 'metadata'
  | 'createTopics'
  | 'deleteTopics'
  | 'describeConfigs'
  | 'listOffsets'
  | 'deleteRecords'
  | 'fetch'
  | 'produce'
  | 'initProducerId'
  | 'txnOffsetCommit'
  | 'endTxn'
  | 'joinGroup'
  | 'syncGroup'
  | 'heartbeat'
  | 'leaveGroup'
  | 'offsetCommit'
  | 'offsetFetch'
  | 'findCoordinator'
  | 'addPartitionsToTxn'
  | 'addOffsetsToTxn'
  | 'offsetForLeaderEpoch'
  | 'createPartitions'
  | 'incrementalAlterConfigs'
  | 'describeCluster'
  | 'describeGroups'
  | 'listGroups';

/**
 * What a simulator may do to the embedded broker. Every hook is optional. A hook delays a request by the promise that it
 * returns, and fails it by throwing a StreamsError:
 *
 * - `BROKER_UNAVAILABLE` is a lost connection. The clients try the same request again, as real ones do, until
 *   `retryTimeoutMs` of the broker's options is over; then the caller meets it.
 * - Any other code is the broker's answer and goes to the caller.
 */
export interface Faults {
  /** Before the broker sees the request: a failure here means that nothing happened. */
  beforeRequest?(kind: RequestKind, clientId: string): void | Promise<void>;
  /** After the broker did what was asked: a failure here means that the answer got lost. */
  afterRequest?(kind: RequestKind, clientId: string): void | Promise<void>;
  /**
   * How long the broker takes to write one marker of an ended transaction, asked for each partition and group. Until
   * then readers do not see the end, and the next transaction of the same producer has to wait.
   */
  markerDelayMs?(transactionalId: string): number;
}
