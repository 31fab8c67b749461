import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  groupId: 'string',
  generationId: 'int32',
  memberId: 'string',
  groupInstanceId: { type: 'string', nullable: true, default: null },
  protocolType: { type: 'string', nullable: true, default: null },
  protocolName: { type: 'string', nullable: true, default: null },
  assignments: { array: { memberId: 'string', assignment: 'bytes' } },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  protocolType: { type: 'string', nullable: true, default: null },
  protocolName: { type: 'string', nullable: true, default: null },
  assignment: 'bytes',
} as const;

/** Hands in the assignments of the leader, and gets that of the member. */
export const syncGroupApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'SyncGroup',
  key: 14,
  versions: [5, 5],
  flexibleVersion: 4,
  request,
  response,
});
