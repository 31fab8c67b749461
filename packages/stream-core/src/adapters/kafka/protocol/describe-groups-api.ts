import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  groups: { array: 'string' },
  includeAuthorizedOperations: { type: 'boolean', default: false },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  groups: {
    array: {
      errorCode: 'int16',
      errorMessage: { type: 'string', since: 6, nullable: true, default: null },
      groupId: 'string',
      groupState: 'string',
      protocolType: 'string',
      protocolData: 'string',
      members: {
        array: {
          memberId: 'string',
          groupInstanceId: { type: 'string', nullable: true, default: null },
          clientId: 'string',
          clientHost: 'string',
          memberMetadata: 'bytes',
          memberAssignment: 'bytes',
        },
      },
      authorizedOperations: { type: 'int32', default: -2147483648 },
    },
  },
} as const;

/** State and members of groups. */
export const describeGroupsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'DescribeGroups',
  key: 15,
  versions: [5, 6],
  flexibleVersion: 5,
  request,
  response,
});
