import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  stateFilters: { array: 'string' },
  producerIdFilters: { array: 'int64' },
  durationFilter: { type: 'int64', since: 1, default: -1 },
  transactionalIdPattern: { type: 'string', since: 2, nullable: true, default: null },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  unknownStateFilters: { array: 'string' },
  transactionStates: { array: { transactionalId: 'string', producerId: 'int64', transactionState: 'string' } },
} as const;

/** The transactions that a broker coordinates. */
export const listTransactionsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'ListTransactions',
  key: 66,
  versions: [0, 2],
  flexibleVersion: 0,
  request,
  response,
});
