import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  topics: {
    array: {
      name: 'string',
      count: 'int32',
      assignments: { array: { brokerIds: { array: 'int32' } }, nullable: true },
    },
  },
  timeoutMs: 'int32',
  validateOnly: 'boolean',
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  results: {
    array: { name: 'string', errorCode: 'int16', errorMessage: { type: 'string', nullable: true, default: null } },
  },
} as const;

/** Gives topics more partitions. */
export const createPartitionsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'CreatePartitions',
  key: 37,
  versions: [3, 3],
  flexibleVersion: 2,
  request,
  response,
});
