import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  transactionalId: 'string',
  groupId: 'string',
  producerId: 'int64',
  producerEpoch: 'int16',
  generationId: { type: 'int32', default: -1 },
  memberId: { type: 'string', default: '' },
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

/** Commits offsets as part of a transaction. Version 5 adds the group to the transaction by itself (KIP-890). */
export const txnOffsetCommitApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'TxnOffsetCommit',
  key: 28,
  versions: [3, 5],
  flexibleVersion: 3,
  request,
  response,
});
