import { expect, test } from 'vitest';

import { MemoryBroker } from '../../adapters/memory/memory-broker.ts';
import { LogArchive } from './log-archive.ts';

test('what is deleted from a log was kept, and what comes afterwards follows it', () => {
  const broker = new MemoryBroker();
  broker.createTopic('t', { partitions: 1 });
  const archive = new LogArchive(broker.cluster);
  const produce = (value: string): void => {
    broker.produce('t', [{ key: null, value: Buffer.from(value) }]);
  };
  for (const value of ['a', 'b', 'c']) produce(value);
  const log = broker.cluster.topics.log({ topic: 't', partition: 0 });
  archive.keep(log);
  log.deleteRecords(2);
  produce('d');
  expect(broker.records('t').map(({ value }) => String(value))).toEqual(['c', 'd']);
  expect(archive.records('t').map(({ offset, value }) => `${offset} ${value}`)).toEqual(['0 a', '1 b', '2 c', '3 d']);
});
