import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { Checker } from './finished-run.ts';
import { firstFew } from './finished-run.ts';

/** In what a task has committed its time never goes back, whoever had it. */
export const checkStreamTime: Checker = ({ cluster }) => {
  if (cluster.guarantee !== 'exactly_once_v2') return [];
  const problems = [...cluster.processing.tasks].flatMap(([name, { records }]) =>
    records.flatMap((record, index) => {
      const before = records[index - 1]?.streamTimeMs ?? -1;
      if (record.streamTimeMs >= before) return [];
      const where = `${topicPartitionKey(record)} offset ${record.offset}`;
      return [`task ${name} went back from ${before} to ${record.streamTimeMs} at ${where}`];
    }),
  );
  return firstFew(problems).map((problem) => `stream time: ${problem}`);
};
