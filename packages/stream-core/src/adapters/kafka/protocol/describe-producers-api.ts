import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = { topics: { array: { name: 'string', partitionIndexes: { array: 'int32' } } } } as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  topics: {
    array: {
      name: 'string',
      partitions: {
        array: {
          partitionIndex: 'int32',
          errorCode: 'int16',
          errorMessage: { type: 'string', nullable: true, default: null },
          activeProducers: {
            array: {
              producerId: 'int64',
              producerEpoch: 'int32',
              lastSequence: { type: 'int32', default: -1 },
              lastTimestamp: { type: 'int64', default: -1 },
              coordinatorEpoch: 'int32',
              currentTxnStartOffset: { type: 'int64', default: -1 },
            },
          },
        },
      },
    },
  },
} as const;

/** The producers that have written to partitions. */
export const describeProducersApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'DescribeProducers',
  key: 61,
  versions: [0, 0],
  flexibleVersion: 0,
  request,
  response,
});
