import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  key: { type: 'string', until: 3 },
  keyType: { type: 'int8', default: 0 },
  coordinatorKeys: { array: 'string', since: 4 },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  errorCode: { type: 'int16', until: 3 },
  errorMessage: { type: 'string', until: 3, nullable: true },
  nodeId: { type: 'int32', until: 3 },
  host: { type: 'string', until: 3 },
  port: { type: 'int32', until: 3 },
  coordinators: {
    array: {
      key: 'string',
      nodeId: 'int32',
      host: 'string',
      port: 'int32',
      errorCode: 'int16',
      errorMessage: { type: 'string', nullable: true },
    },
    since: 4,
  },
} as const;

/** The broker that coordinates a group (key type 0) or a transactional id (key type 1). Version 4 asks for several at once. */
export const findCoordinatorApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'FindCoordinator',
  key: 10,
  versions: [3, 6],
  flexibleVersion: 3,
  request,
  response,
});
