import type { MessageApi } from './api.ts';
import { messageApi } from './api.ts';

const request = {
  topics: { array: { name: 'string', partitions: { array: { partitionIndex: 'int32', offset: 'int64' } } } },
  timeoutMs: 'int32',
} as const;

const response = {
  throttleTimeMs: { type: 'int32', default: 0 },
  topics: {
    array: {
      name: 'string',
      partitions: { array: { partitionIndex: 'int32', lowWatermark: 'int64', errorCode: 'int16' } },
    },
  },
} as const;

/** Deletes the records of partitions before an offset; -1 stands for the high watermark. */
export const deleteRecordsApi: MessageApi<typeof request, typeof response> = messageApi({
  name: 'DeleteRecords',
  key: 21,
  versions: [2, 2],
  flexibleVersion: 2,
  request,
  response,
});
