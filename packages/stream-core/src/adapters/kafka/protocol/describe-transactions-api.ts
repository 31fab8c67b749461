import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = { transactionalIds: { array: 'string' } } as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  transactionStates: {
    array: {
      errorCode: 'int16',
      transactionalId: 'string',
      transactionState: 'string',
      transactionTimeoutMs: 'int32',
      transactionStartTimeMs: 'int64',
      producerId: 'int64',
      producerEpoch: 'int16',
      topics: { array: { topic: 'string', partitions: { array: 'int32' } } },
    },
  },
} as const;

/** State and partitions of transactions. */
export const describeTransactionsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'DescribeTransactions',
  key: 65,
  versions: [0, 0],
  flexibleVersion: 0,
  request,
  response,
});
