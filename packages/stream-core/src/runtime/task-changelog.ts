import { noHeaders } from '../common/headers.ts';
import type { OutputRecord, RecordCollector } from '../processor/record-collector.ts';
import type { Changelog } from '../state/change-logging-rows.ts';

/** Where a store of a task logs its changes: the task's own partition of the topic. */
export const taskChangelog = (collector: RecordCollector, topic: string, partition: number): Changelog => {
  const output: OutputRecord = { topic, partition, key: null, value: null, timestamp: 0, headers: noHeaders };
  return {
    append: (key, value, timestamp, headers = noHeaders) => {
      output.key = key;
      output.value = value;
      output.timestamp = timestamp;
      output.headers = headers;
      collector.send(output);
    },
  };
};
