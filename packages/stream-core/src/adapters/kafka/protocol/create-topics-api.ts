import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  topics: {
    array: {
      name: 'string',
      numPartitions: 'int32',
      replicationFactor: 'int16',
      assignments: { array: { partitionIndex: 'int32', brokerIds: { array: 'int32' } } },
      configs: { array: { name: 'string', value: { type: 'string', nullable: true } } },
    },
  },
  timeoutMs: { type: 'int32', default: 60000 },
  validateOnly: { type: 'boolean', default: false },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  topics: {
    array: {
      name: 'string',
      topicId: { type: 'uuid', since: 7 },
      errorCode: 'int16',
      errorMessage: { type: 'string', nullable: true },
      topicConfigErrorCode: { type: 'int16', tag: 0 },
      numPartitions: { type: 'int32', default: -1 },
      replicationFactor: { type: 'int16', default: -1 },
      configs: {
        array: {
          name: 'string',
          value: { type: 'string', nullable: true },
          readOnly: 'boolean',
          configSource: { type: 'int8', default: -1 },
          isSensitive: 'boolean',
        },
        nullable: true,
      },
    },
  },
} as const;

/** Creates topics. */
export const createTopicsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'CreateTopics',
  key: 19,
  versions: [6, 7],
  flexibleVersion: 5,
  request,
  response,
});
