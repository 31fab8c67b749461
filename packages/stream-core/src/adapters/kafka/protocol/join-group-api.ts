import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  groupId: 'string',
  sessionTimeoutMs: 'int32',
  rebalanceTimeoutMs: { type: 'int32', default: -1 },
  memberId: 'string',
  groupInstanceId: { type: 'string', nullable: true, default: null },
  protocolType: 'string',
  protocols: { array: { name: 'string', metadata: 'bytes' } },
  reason: { type: 'string', since: 8, nullable: true, default: null },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  generationId: { type: 'int32', default: -1 },
  protocolType: { type: 'string', nullable: true, default: null },
  protocolName: { type: 'string', nullable: true },
  leader: 'string',
  skipAssignment: { type: 'boolean', since: 9, default: false },
  memberId: 'string',
  members: {
    array: {
      memberId: 'string',
      groupInstanceId: { type: 'string', nullable: true, default: null },
      metadata: 'bytes',
    },
  },
} as const;

/** Enters a group or its next generation, in the classic protocol. */
export const joinGroupApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'JoinGroup',
  key: 11,
  versions: [7, 9],
  flexibleVersion: 6,
  request,
  response,
});
