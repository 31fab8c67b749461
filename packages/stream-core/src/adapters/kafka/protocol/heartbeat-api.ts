import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  groupId: 'string',
  generationId: 'int32',
  memberId: 'string',
  groupInstanceId: { type: 'string', nullable: true, default: null },
} as const;

const response = { throttleTimeMs: { type: 'int32', default: 0 }, errorCode: 'int16' } as const;

/** Says that a member of a group is alive. */
export const heartbeatApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'Heartbeat',
  key: 12,
  versions: [4, 4],
  flexibleVersion: 4,
  request,
  response,
});
