import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  groupId: 'string',
  generationIdOrMemberEpoch: { type: 'int32', default: -1 },
  memberId: 'string',
  groupInstanceId: { type: 'string', nullable: true, default: null },
  topics: {
    array: {
      name: 'string',
      partitions: {
        array: {
          partitionIndex: 'int32',
          committedOffset: 'int64',
          committedLeaderEpoch: { type: 'int32', default: -1 },
          committedMetadata: { type: 'string', nullable: true },
        },
      },
    },
  },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  topics: { array: { name: 'string', partitions: { array: { partitionIndex: 'int32', errorCode: 'int16' } } } },
} as const;

/** Commits offsets of a group outside of transactions. Version 10 names topics by id. */
export const offsetCommitApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'OffsetCommit',
  key: 8,
  versions: [8, 9],
  flexibleVersion: 8,
  request,
  response,
});
