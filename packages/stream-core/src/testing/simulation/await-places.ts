import type { RequestKind } from '../../adapters/memory/faults.ts';

/** The requests that instances wait for in a simulation, and at which things are made to happen. */
const awaitedRequests: readonly RequestKind[] = [
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

/** Where an instance waits, so that something can happen to it: at a request, for a timer, or for something outside. */
export type AwaitPlace = `${'before' | 'after'} ${RequestKind}` | 'timer' | 'before registry' | 'after registry';

/** All places that instances come to in a simulation. */
export const awaitPlaces: readonly AwaitPlace[] = [
  ...awaitedRequests.flatMap((kind): AwaitPlace[] => [`before ${kind}`, `after ${kind}`]),
  'timer',
  'before registry',
  'after registry',
];
