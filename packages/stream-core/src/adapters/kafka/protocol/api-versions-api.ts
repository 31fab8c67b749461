import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  clientSoftwareName: { type: 'string', since: 3 },
  clientSoftwareVersion: { type: 'string', since: 3 },
} as const;

const response = {
  errorCode: 'int16',
  apiKeys: { array: { apiKey: 'int16', minVersion: 'int16', maxVersion: 'int16' } },
  throttleTimeMs: { type: 'int32', since: 1, default: 0 },
  supportedFeatures: { array: { name: 'string', minVersion: 'int16', maxVersion: 'int16' }, since: 3, tag: 0 },
  finalizedFeaturesEpoch: { type: 'int64', since: 3, tag: 1, default: -1 },
  finalizedFeatures: {
    array: { name: 'string', maxVersionLevel: 'int16', minVersionLevel: 'int16' },
    since: 3,
    tag: 2,
  },
  zkMigrationReady: { type: 'boolean', since: 3, tag: 3, default: false },
} as const;

/**
 * Asks a broker for the versions and features it has. The header of the response is never flexible, so that it can be
 * read before anything is known of the broker; a broker that does not know the version answers in version 0.
 */
export const apiVersionsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'ApiVersions',
  key: 18,
  versions: [0, 4],
  flexibleVersion: 3,
  request,
  response,
});
