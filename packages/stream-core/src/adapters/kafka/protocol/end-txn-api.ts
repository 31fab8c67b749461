import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  transactionalId: 'string',
  producerId: 'int64',
  producerEpoch: 'int16',
  committed: 'boolean',
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  producerId: { type: 'int64', since: 5, default: -1 },
  producerEpoch: { type: 'int16', since: 5, default: -1 },
} as const;

/** Commits or aborts a transaction. Version 5 answers the epoch that the producer continues with (KIP-890). */
export const endTxnApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'EndTxn',
  key: 26,
  versions: [3, 5],
  flexibleVersion: 3,
  request,
  response,
});
