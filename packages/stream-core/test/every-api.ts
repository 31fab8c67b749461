import { addOffsetsToTxnApi } from '../src/adapters/kafka/protocol/add-offsets-to-txn-api.ts';
import { addPartitionsToTxnApi } from '../src/adapters/kafka/protocol/add-partitions-to-txn-api.ts';
import type { MessageApi } from '../src/adapters/kafka/protocol/api.ts';
import { apiVersionsApi } from '../src/adapters/kafka/protocol/api-versions-api.ts';
import { createPartitionsApi } from '../src/adapters/kafka/protocol/create-partitions-api.ts';
import { createTopicsApi } from '../src/adapters/kafka/protocol/create-topics-api.ts';
import { deleteRecordsApi } from '../src/adapters/kafka/protocol/delete-records-api.ts';
import { deleteTopicsApi } from '../src/adapters/kafka/protocol/delete-topics-api.ts';
import { describeClusterApi } from '../src/adapters/kafka/protocol/describe-cluster-api.ts';
import { describeConfigsApi } from '../src/adapters/kafka/protocol/describe-configs-api.ts';
import { describeGroupsApi } from '../src/adapters/kafka/protocol/describe-groups-api.ts';
import { describeProducersApi } from '../src/adapters/kafka/protocol/describe-producers-api.ts';
import { describeTransactionsApi } from '../src/adapters/kafka/protocol/describe-transactions-api.ts';
import { endTxnApi } from '../src/adapters/kafka/protocol/end-txn-api.ts';
import { fetchApi } from '../src/adapters/kafka/protocol/fetch-api.ts';
import { findCoordinatorApi } from '../src/adapters/kafka/protocol/find-coordinator-api.ts';
import { heartbeatApi } from '../src/adapters/kafka/protocol/heartbeat-api.ts';
import { incrementalAlterConfigsApi } from '../src/adapters/kafka/protocol/incremental-alter-configs-api.ts';
import { initProducerIdApi } from '../src/adapters/kafka/protocol/init-producer-id-api.ts';
import { joinGroupApi } from '../src/adapters/kafka/protocol/join-group-api.ts';
import { leaveGroupApi } from '../src/adapters/kafka/protocol/leave-group-api.ts';
import { listGroupsApi } from '../src/adapters/kafka/protocol/list-groups-api.ts';
import { listOffsetsApi } from '../src/adapters/kafka/protocol/list-offsets-api.ts';
import { listTransactionsApi } from '../src/adapters/kafka/protocol/list-transactions-api.ts';
import { metadataApi } from '../src/adapters/kafka/protocol/metadata-api.ts';
import { offsetCommitApi } from '../src/adapters/kafka/protocol/offset-commit-api.ts';
import { offsetFetchApi } from '../src/adapters/kafka/protocol/offset-fetch-api.ts';
import { offsetForLeaderEpochApi } from '../src/adapters/kafka/protocol/offset-for-leader-epoch-api.ts';
import { produceApi } from '../src/adapters/kafka/protocol/produce-api.ts';
import { saslAuthenticateApi } from '../src/adapters/kafka/protocol/sasl-authenticate-api.ts';
import { saslHandshakeApi } from '../src/adapters/kafka/protocol/sasl-handshake-api.ts';
import type { Fields } from '../src/adapters/kafka/protocol/schema.ts';
import { syncGroupApi } from '../src/adapters/kafka/protocol/sync-group-api.ts';
import { txnOffsetCommitApi } from '../src/adapters/kafka/protocol/txn-offset-commit-api.ts';

/** Every api, for tests that go over all of them. */
export const everyApi: readonly Pick<
  MessageApi<Fields, Fields>,
  'name' | 'key' | 'minVersion' | 'maxVersion' | 'flexibleVersion' | 'request' | 'response'
>[] = [
  apiVersionsApi,
  metadataApi,
  findCoordinatorApi,
  produceApi,
  fetchApi,
  listOffsetsApi,
  offsetForLeaderEpochApi,
  initProducerIdApi,
  addPartitionsToTxnApi,
  addOffsetsToTxnApi,
  txnOffsetCommitApi,
  endTxnApi,
  offsetCommitApi,
  offsetFetchApi,
  joinGroupApi,
  syncGroupApi,
  heartbeatApi,
  leaveGroupApi,
  createTopicsApi,
  deleteTopicsApi,
  createPartitionsApi,
  describeConfigsApi,
  incrementalAlterConfigsApi,
  deleteRecordsApi,
  listGroupsApi,
  describeGroupsApi,
  describeClusterApi,
  listTransactionsApi,
  describeTransactionsApi,
  describeProducersApi,
  saslHandshakeApi,
  saslAuthenticateApi,
];
