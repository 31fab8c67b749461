import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  groupId: { type: 'string', until: 7 },
  topics: { array: { name: 'string', partitionIndexes: { array: 'int32' } }, until: 7, nullable: true },
  groups: {
    array: {
      groupId: 'string',
      memberId: { type: 'string', since: 9, nullable: true, default: null },
      memberEpoch: { type: 'int32', since: 9, default: -1 },
      topics: { array: { name: 'string', partitionIndexes: { array: 'int32' } }, nullable: true },
    },
    since: 8,
  },
  requireStable: { type: 'boolean', default: false },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  topics: {
    array: {
      name: 'string',
      partitions: {
        array: {
          partitionIndex: 'int32',
          committedOffset: 'int64',
          committedLeaderEpoch: { type: 'int32', default: -1 },
          metadata: { type: 'string', nullable: true },
          errorCode: 'int16',
        },
      },
    },
    until: 7,
  },
  errorCode: { type: 'int16', until: 7, default: 0 },
  groups: {
    array: {
      groupId: 'string',
      topics: {
        array: {
          name: 'string',
          partitions: {
            array: {
              partitionIndex: 'int32',
              committedOffset: 'int64',
              committedLeaderEpoch: { type: 'int32', default: -1 },
              metadata: { type: 'string', nullable: true },
              errorCode: 'int16',
            },
          },
        },
      },
      errorCode: { type: 'int16', default: 0 },
    },
    since: 8,
  },
} as const;

/** Committed offsets of groups, on request only stable ones (KIP-447). Version 8 asks for several groups at once. */
export const offsetFetchApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'OffsetFetch',
  key: 9,
  versions: [7, 9],
  flexibleVersion: 6,
  request,
  response,
});
