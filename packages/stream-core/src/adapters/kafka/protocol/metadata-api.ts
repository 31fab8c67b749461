import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  topics: {
    array: { topicId: { type: 'uuid', since: 10 }, name: { type: 'string', nullableSince: 10 } },
    nullable: true,
  },
  allowAutoTopicCreation: { type: 'boolean', default: true },
  includeClusterAuthorizedOperations: { type: 'boolean', until: 10, default: false },
  includeTopicAuthorizedOperations: { type: 'boolean', default: false },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  brokers: {
    array: { nodeId: 'int32', host: 'string', port: 'int32', rack: { type: 'string', nullable: true, default: null } },
  },
  clusterId: { type: 'string', nullable: true, default: null },
  controllerId: { type: 'int32', default: -1 },
  topics: {
    array: {
      errorCode: 'int16',
      name: { type: 'string', nullableSince: 12 },
      topicId: { type: 'uuid', since: 10 },
      isInternal: { type: 'boolean', default: false },
      partitions: {
        array: {
          errorCode: 'int16',
          partitionIndex: 'int32',
          leaderId: 'int32',
          leaderEpoch: { type: 'int32', default: -1 },
          replicaNodes: { array: 'int32' },
          isrNodes: { array: 'int32' },
          offlineReplicas: { array: 'int32' },
        },
      },
      topicAuthorizedOperations: { type: 'int32', default: -2147483648 },
    },
  },
  clusterAuthorizedOperations: { type: 'int32', until: 10, default: -2147483648 },
  errorCode: { type: 'int16', since: 13 },
} as const;

/** Topics, their partitions and leaders, and the brokers of the cluster. */
export const metadataApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'Metadata',
  key: 3,
  versions: [9, 13],
  flexibleVersion: 9,
  request,
  response,
});
