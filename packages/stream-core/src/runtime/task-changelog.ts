import { noHeaders } from '../common/headers.ts';
import type { OutputRecord } from '../processor/record-collector.ts';
import type { TaskContext } from '../processor/task-context.ts';
import type { Changelog } from '../state/change-logging-rows.ts';

/**
 * Where a store of a task logs its changes: the task's own partition of the topic. What cannot be sent is put to the
 * production handler and never reaches who wrote to the store, as in `RecordCollectorImpl`.
 */
export const taskChangelog = (
  { collector, errors }: Pick<TaskContext, 'collector' | 'errors'>,
  topic: string,
  partition: number,
): Changelog => {
  const output: OutputRecord = { topic, partition, key: null, value: null, timestamp: 0, headers: noHeaders };
  return {
    append: (key, value, timestamp, headers = noHeaders) => {
      output.key = key;
      output.value = value;
      output.timestamp = timestamp;
      output.headers = headers;
      try {
        collector.send(output);
      } catch (error) {
        errors.productionFailed(error, null, topic);
      }
    },
  };
};
