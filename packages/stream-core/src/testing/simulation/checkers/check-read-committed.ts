import { committedRecords } from '../committed-records.ts';
import type { Checker } from './finished-run.ts';
import { firstFew } from './finished-run.ts';

/** A reader of read_committed has seen all that was committed, in order and once, and nothing that was aborted. */
export const checkReadCommitted: Checker = ({ cluster, simulation, reader }) => {
  const seen = Map.groupBy(reader.seen, (line) => line.slice(0, line.indexOf(' ')));
  const logs = cluster.broker.cluster.topics.get(simulation.output).partitions;
  const failures = seen.get('failed:') ?? [];
  const differences = logs.flatMap((log) => {
    const committed = committedRecords(log);
    const should = committed.map(({ partition, offset, key, value }) => `${partition} ${offset} ${key} ${value}`);
    const is = seen.get(String(log.topicPartition.partition)) ?? [];
    const at = should.findIndex((line, index) => line !== is[index]);
    if (at < 0 && is.length === should.length) return [];
    const place = at < 0 ? should.length : at;
    return [`read ${is[place] ?? 'nothing'} where ${should[place] ?? 'nothing'} is committed`];
  });
  return firstFew([...failures, ...differences]).map((difference) => `read_committed: ${difference}`);
};
