import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  resources: {
    array: {
      resourceType: 'int8',
      resourceName: 'string',
      configs: { array: { name: 'string', configOperation: 'int8', value: { type: 'string', nullable: true } } },
    },
  },
  validateOnly: 'boolean',
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  responses: {
    array: {
      errorCode: 'int16',
      errorMessage: { type: 'string', nullable: true },
      resourceType: 'int8',
      resourceName: 'string',
    },
  },
} as const;

/** Changes single settings: operation 0 sets, 1 deletes, 2 appends, 3 subtracts. */
export const incrementalAlterConfigsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'IncrementalAlterConfigs',
  key: 44,
  versions: [1, 1],
  flexibleVersion: 1,
  request,
  response,
});
