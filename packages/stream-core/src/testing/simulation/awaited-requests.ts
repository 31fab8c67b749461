import type { RequestKind } from '../../adapters/memory/faults.ts';

/** The requests that instances wait for in a simulation, and at which things are made to happen. */
export const awaitedRequests: readonly RequestKind[] = [
  'produce',
  'endTxn',
  'txnOffsetCommit',
  'offsetCommit',
  'joinGroup',
  'syncGroup',
  'heartbeat',
  'offsetFetch',
  'initProducerId',
  'fetch',
  'listOffsets',
  'createTopics',
  'deleteRecords',
  'describeConfigs',
  'leaveGroup',
  'metadata',
  'findCoordinator',
];
