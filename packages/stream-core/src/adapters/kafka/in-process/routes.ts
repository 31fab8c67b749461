import type { RequestKind } from '../../memory/faults.ts';
import { fetchRoute } from './fetch-routes.ts';
import { offsetCommitRoute, offsetFetchRoute, txnOffsetCommitRoute } from './group-offset-routes.ts';
import {
  describeGroupsRoute,
  heartbeatRoute,
  joinGroupRoute,
  leaveGroupRoute,
  listGroupsRoute,
  syncGroupRoute,
} from './group-routes.ts';
import { apiVersionsRoute, describeClusterRoute, findCoordinatorRoute, metadataRoute } from './metadata-routes.ts';
import { deleteRecordsRoute, listOffsetsRoute, offsetForLeaderEpochRoute } from './offset-routes.ts';
import { produceRoute } from './produce-routes.ts';
import type { Route } from './route.ts';
import {
  createPartitionsRoute,
  createTopicsRoute,
  deleteTopicsRoute,
  describeConfigsRoute,
  incrementalAlterConfigsRoute,
} from './topic-routes.ts';
import {
  addOffsetsToTxnRoute,
  addPartitionsToTxnRoute,
  endTxnRoute,
  initProducerIdRoute,
} from './transaction-routes.ts';

/** A route, and what faults call its requests; null when no fault meets them. */
export interface NodeRoute {
  readonly kind: RequestKind | null;
  readonly route: Route;
}

const byKind: Readonly<Record<RequestKind, Route>> = {
  metadata: metadataRoute,
  createTopics: createTopicsRoute,
  deleteTopics: deleteTopicsRoute,
  createPartitions: createPartitionsRoute,
  describeConfigs: describeConfigsRoute,
  incrementalAlterConfigs: incrementalAlterConfigsRoute,
  listOffsets: listOffsetsRoute,
  offsetForLeaderEpoch: offsetForLeaderEpochRoute,
  deleteRecords: deleteRecordsRoute,
  fetch: fetchRoute,
  produce: produceRoute,
  initProducerId: initProducerIdRoute,
  addPartitionsToTxn: addPartitionsToTxnRoute,
  addOffsetsToTxn: addOffsetsToTxnRoute,
  txnOffsetCommit: txnOffsetCommitRoute,
  endTxn: endTxnRoute,
  findCoordinator: findCoordinatorRoute,
  joinGroup: joinGroupRoute,
  syncGroup: syncGroupRoute,
  heartbeat: heartbeatRoute,
  leaveGroup: leaveGroupRoute,
  offsetCommit: offsetCommitRoute,
  offsetFetch: offsetFetchRoute,
  describeCluster: describeClusterRoute,
  describeGroups: describeGroupsRoute,
  listGroups: listGroupsRoute,
};

const kinds = Object.keys(byKind) as RequestKind[];
const answered: readonly NodeRoute[] = [
  ...kinds.map((kind) => ({ kind, route: byKind[kind] })),
  { kind: null, route: apiVersionsRoute(() => answered.map(({ route }) => route.api)) },
];

/** What the nodes answer, by the number of the api. */
export const routes: ReadonlyMap<number, NodeRoute> = new Map(answered.map((each) => [each.route.api.key, each]));
