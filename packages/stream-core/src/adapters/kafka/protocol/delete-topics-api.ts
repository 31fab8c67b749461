import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  topics: { array: { name: { type: 'string', nullable: true, default: null }, topicId: 'uuid' }, since: 6 },
  topicNames: { array: 'string', until: 5 },
  timeoutMs: 'int32',
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  responses: {
    array: {
      name: { type: 'string', nullableSince: 6 },
      topicId: { type: 'uuid', since: 6 },
      errorCode: 'int16',
      errorMessage: { type: 'string', nullable: true, default: null },
    },
  },
} as const;

/** Deletes topics. */
export const deleteTopicsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'DeleteTopics',
  key: 20,
  versions: [5, 6],
  flexibleVersion: 4,
  request,
  response,
});
