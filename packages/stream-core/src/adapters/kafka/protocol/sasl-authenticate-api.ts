import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = { authBytes: 'bytes' } as const;

const response = {
  errorCode: 'int16',
  errorMessage: { type: 'string', nullable: true },
  authBytes: 'bytes',
  sessionLifetimeMs: { type: 'int64', default: 0 },
} as const;

/** One message of an authentication. */
export const saslAuthenticateApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'SaslAuthenticate',
  key: 36,
  versions: [2, 2],
  flexibleVersion: 2,
  request,
  response,
});
