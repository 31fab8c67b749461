import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  transactionalId: { type: 'string', nullable: true },
  transactionTimeoutMs: 'int32',
  producerId: { type: 'int64', default: -1 },
  producerEpoch: { type: 'int16', default: -1 },
  enable2Pc: { type: 'boolean', since: 6, default: false },
  keepPreparedTxn: { type: 'boolean', since: 6, default: false },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  producerId: { type: 'int64', default: -1 },
  producerEpoch: 'int16',
  ongoingTxnProducerId: { type: 'int64', since: 6, default: -1 },
  ongoingTxnProducerEpoch: { type: 'int16', since: 6, default: -1 },
} as const;

/**
 * Gives a producer its id and epoch, and fences the ones before it; bumps the epoch when the current one is named (KIP-360).
 * Version 6 is for two-phase commit (KIP-939).
 */
export const initProducerIdApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'InitProducerId',
  key: 22,
  versions: [4, 6],
  flexibleVersion: 2,
  request,
  response,
});
