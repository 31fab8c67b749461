import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  resources: {
    array: { resourceType: 'int8', resourceName: 'string', configurationKeys: { array: 'string', nullable: true } },
  },
  includeSynonyms: { type: 'boolean', default: false },
  includeDocumentation: { type: 'boolean', default: false },
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  results: {
    array: {
      errorCode: 'int16',
      errorMessage: { type: 'string', nullable: true },
      resourceType: 'int8',
      resourceName: 'string',
      configs: {
        array: {
          name: 'string',
          value: { type: 'string', nullable: true },
          readOnly: 'boolean',
          configSource: { type: 'int8', default: -1 },
          isSensitive: 'boolean',
          synonyms: { array: { name: 'string', value: { type: 'string', nullable: true }, source: 'int8' } },
          configType: { type: 'int8', default: 0 },
          documentation: { type: 'string', nullable: true },
        },
      },
    },
  },
} as const;

/** Settings of topics (resource type 2) and brokers (4). */
export const describeConfigsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'DescribeConfigs',
  key: 32,
  versions: [4, 4],
  flexibleVersion: 4,
  request,
  response,
});
