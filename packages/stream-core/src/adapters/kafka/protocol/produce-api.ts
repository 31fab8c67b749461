import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  transactionalId: { type: 'string', nullable: true, default: null },
  acks: 'int16',
  timeoutMs: 'int32',
  topicData: {
    array: {
      name: 'string',
      partitionData: { array: { index: 'int32', records: { type: 'records', nullable: true } } },
    },
  },
} as const;

const response = {
  responses: {
    array: {
      name: 'string',
      partitionResponses: {
        array: {
          index: 'int32',
          errorCode: 'int16',
          baseOffset: 'int64',
          logAppendTimeMs: { type: 'int64', default: -1 },
          logStartOffset: { type: 'int64', default: -1 },
          recordErrors: {
            array: { batchIndex: 'int32', batchIndexErrorMessage: { type: 'string', nullable: true, default: null } },
          },
          errorMessage: { type: 'string', nullable: true, default: null },
          currentLeader: {
            struct: { leaderId: { type: 'int32', default: -1 }, leaderEpoch: { type: 'int32', default: -1 } },
            since: 10,
            tag: 0,
          },
        },
      },
    },
  },
  throttleTimeMs: { type: 'int32', default: 0 },
  nodeEndpoints: {
    array: { nodeId: 'int32', host: 'string', port: 'int32', rack: { type: 'string', nullable: true, default: null } },
    since: 10,
    tag: 0,
  },
} as const;

/** Appends record batches. Version 12 adds partitions to a transaction by itself (KIP-890); version 13 names topics by id. */
export const produceApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'Produce',
  key: 0,
  versions: [9, 12],
  flexibleVersion: 9,
  request,
  response,
});
