import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = { statesFilter: { array: 'string' }, typesFilter: { array: 'string', since: 5 } } as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: 'int16',
  groups: {
    array: { groupId: 'string', protocolType: 'string', groupState: 'string', groupType: { type: 'string', since: 5 } },
  },
} as const;

/** The groups that a broker coordinates. */
export const listGroupsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'ListGroups',
  key: 16,
  versions: [4, 5],
  flexibleVersion: 3,
  request,
  response,
});
