import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  v3AndBelowTransactionalId: 'string',
  v3AndBelowProducerId: 'int64',
  v3AndBelowProducerEpoch: 'int16',
  v3AndBelowTopics: { array: { name: 'string', partitions: { array: 'int32' } } },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  resultsByTopicV3AndBelow: {
    array: { name: 'string', resultsByPartition: { array: { partitionIndex: 'int32', partitionErrorCode: 'int16' } } },
  },
} as const;

/** Makes partitions part of a transaction, before version 2 of transactions. Versions from 4 on are for brokers. */
export const addPartitionsToTxnApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'AddPartitionsToTxn',
  key: 24,
  versions: [3, 3],
  flexibleVersion: 3,
  request,
  response,
});
