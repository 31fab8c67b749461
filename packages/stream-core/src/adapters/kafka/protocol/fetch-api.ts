import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  clusterId: { type: 'string', nullable: true, tag: 0, default: null },
  replicaId: { type: 'int32', until: 14, default: -1 },
  replicaState: {
    struct: { replicaId: { type: 'int32', default: -1 }, replicaEpoch: { type: 'int64', default: -1 } },
    since: 15,
    tag: 1,
  },
  maxWaitMs: 'int32',
  minBytes: 'int32',
  maxBytes: { type: 'int32', default: 2147483647 },
  isolationLevel: { type: 'int8', default: 0 },
  sessionId: { type: 'int32', default: 0 },
  sessionEpoch: { type: 'int32', default: -1 },
  topics: {
    array: {
      topic: { type: 'string', until: 12 },
      topicId: { type: 'uuid', since: 13 },
      partitions: {
        array: {
          partition: 'int32',
          currentLeaderEpoch: { type: 'int32', default: -1 },
          fetchOffset: 'int64',
          lastFetchedEpoch: { type: 'int32', default: -1 },
          logStartOffset: { type: 'int64', default: -1 },
          partitionMaxBytes: 'int32',
          replicaDirectoryId: { type: 'uuid', since: 17, tag: 0 },
        },
      },
    },
  },
  forgottenTopicsData: {
    array: {
      topic: { type: 'string', until: 12 },
      topicId: { type: 'uuid', since: 13 },
      partitions: { array: 'int32' },
    },
  },
  rackId: { type: 'string', default: '' },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  sessionId: { type: 'int32', default: 0 },
  responses: {
    array: {
      topic: { type: 'string', until: 12 },
      topicId: { type: 'uuid', since: 13 },
      partitions: {
        array: {
          partitionIndex: 'int32',
          errorCode: 'int16',
          highWatermark: 'int64',
          lastStableOffset: { type: 'int64', default: -1 },
          logStartOffset: { type: 'int64', default: -1 },
          divergingEpoch: {
            struct: { epoch: { type: 'int32', default: -1 }, endOffset: { type: 'int64', default: -1 } },
            tag: 0,
          },
          currentLeader: {
            struct: { leaderId: { type: 'int32', default: -1 }, leaderEpoch: { type: 'int32', default: -1 } },
            tag: 1,
          },
          snapshotId: {
            struct: { endOffset: { type: 'int64', default: -1 }, epoch: { type: 'int32', default: -1 } },
            tag: 2,
          },
          abortedTransactions: { array: { producerId: 'int64', firstOffset: 'int64' }, nullable: true },
          preferredReadReplica: { type: 'int32', default: -1 },
          records: { type: 'records', nullable: true },
        },
      },
    },
  },
  nodeEndpoints: {
    array: { nodeId: 'int32', host: 'string', port: 'int32', rack: { type: 'string', nullable: true, default: null } },
    since: 16,
    tag: 0,
  },
} as const;

/**
 * Reads record batches, in sessions (KIP-227). Version 13 names topics by id (KIP-516), version 16 says where new leaders
 * are reached (KIP-951).
 */
export const fetchApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'Fetch',
  key: 1,
  versions: [12, 17],
  flexibleVersion: 12,
  request,
  response,
});
