import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  groupId: 'string',
  members: {
    array: {
      memberId: 'string',
      groupInstanceId: { type: 'string', nullable: true, default: null },
      reason: { type: 'string', since: 5, nullable: true, default: null },
    },
  },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  members: { array: { memberId: 'string', groupInstanceId: { type: 'string', nullable: true }, errorCode: 'int16' } },
} as const;

/** Takes members out of a group. */
export const leaveGroupApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'LeaveGroup',
  key: 13,
  versions: [4, 5],
  flexibleVersion: 4,
  request,
  response,
});
