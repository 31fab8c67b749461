import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  replicaId: { type: 'int32', default: -2 },
  topics: {
    array: {
      topic: 'string',
      partitions: {
        array: { partition: 'int32', currentLeaderEpoch: { type: 'int32', default: -1 }, leaderEpoch: 'int32' },
      },
    },
  },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  topics: {
    array: {
      topic: 'string',
      partitions: {
        array: {
          errorCode: 'int16',
          partition: 'int32',
          leaderEpoch: { type: 'int32', default: -1 },
          endOffset: { type: 'int64', default: -1 },
        },
      },
    },
  },
} as const;

/** Where a leader epoch ended, by which a reader finds out that the log was cut (KIP-320). */
export const offsetForLeaderEpochApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'OffsetForLeaderEpoch',
  key: 23,
  versions: [4, 4],
  flexibleVersion: 4,
  request,
  response,
});
