import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = { transactionalId: 'string', producerId: 'int64', producerEpoch: 'int16', groupId: 'string' } as const;

const response = { throttleTimeMs: { type: 'int32', default: 0 }, errorCode: 'int16' } as const;

/** Makes the offsets of a group part of a transaction, before version 2 of transactions. */
export const addOffsetsToTxnApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'AddOffsetsToTxn',
  key: 25,
  versions: [3, 4],
  flexibleVersion: 3,
  request,
  response,
});
