import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  replicaId: 'int32',
  isolationLevel: 'int8',
  topics: {
    array: {
      name: 'string',
      partitions: {
        array: { partitionIndex: 'int32', currentLeaderEpoch: { type: 'int32', default: -1 }, timestamp: 'int64' },
      },
    },
  },
  timeoutMs: { type: 'int32', since: 10 },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  topics: {
    array: {
      name: 'string',
      partitions: {
        array: {
          partitionIndex: 'int32',
          errorCode: 'int16',
          timestamp: { type: 'int64', default: -1 },
          offset: { type: 'int64', default: -1 },
          leaderEpoch: { type: 'int32', default: -1 },
        },
      },
    },
  },
} as const;

/** Offsets by timestamp: -1 the end, -2 the beginning, -3 the record with the largest timestamp. */
export const listOffsetsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'ListOffsets',
  key: 2,
  versions: [6, 10],
  flexibleVersion: 6,
  request,
  response,
});
