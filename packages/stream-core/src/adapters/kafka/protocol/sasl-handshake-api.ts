import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = { mechanism: 'string' } as const;

const response = { errorCode: 'int16', mechanisms: { array: 'string' } } as const;

/** Chooses the mechanism of an authentication. */
export const saslHandshakeApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'SaslHandshake',
  key: 17,
  versions: [1, 1],
  flexibleVersion: Number.POSITIVE_INFINITY,
  request,
  response,
});
