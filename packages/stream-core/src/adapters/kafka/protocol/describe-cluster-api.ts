import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  includeClusterAuthorizedOperations: { type: 'boolean', default: false },
  endpointType: { type: 'int8', since: 1, default: 1 },
  includeFencedBrokers: { type: 'boolean', since: 2 },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  errorMessage: { type: 'string', nullable: true, default: null },
  endpointType: { type: 'int8', since: 1, default: 1 },
  clusterId: 'string',
  controllerId: { type: 'int32', default: -1 },
  brokers: {
    array: {
      brokerId: 'int32',
      host: 'string',
      port: 'int32',
      rack: { type: 'string', nullable: true, default: null },
      isFenced: { type: 'boolean', since: 2 },
    },
  },
  clusterAuthorizedOperations: { type: 'int32', default: -2147483648 },
} as const;

/** The brokers of a cluster. */
export const describeClusterApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'DescribeCluster',
  key: 60,
  versions: [0, 2],
  flexibleVersion: 0,
  request,
  response,
});
