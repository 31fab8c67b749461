import { describe, expect, test } from 'vitest';
import type { Producer } from '../../../broker/producer.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { noHeaders } from '../../../common/headers.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { SuiteContext } from './suite-context.ts';
import { valuesOf } from './suite-context.ts';

/** What read-committed readers see of aborted transactions. T1 to T4 are cases in which Node clients showed too much. */
export const isolationSuite = (context: SuiteContext): void => {
  const transactional = (): Promise<Producer> => context.producer({ transactionalId: context.unique('txn') });
  const newPartition = async (): Promise<TopicPartition> => ({ topic: await context.topic(), partition: 0 });

  describe('read_committed', () => {
    test('T1: sorts out aborts of two producers that overlap', async () => {
      const partition = await newPartition();
      const [first, second] = [await transactional(), await transactional()];
      first.begin();
      await first.send(partition, context.values('ABORTED-a1'));
      second.begin();
      await second.send(partition, context.values('ABORTED-b1'));
      await first.send(partition, context.values('ABORTED-a2'));
      // The broker lists them by their ends: the one that began later comes first.
      await second.abort();
      await first.send(partition, context.values('ABORTED-a3'));
      await first.abort();
      second.begin();
      await second.send(partition, context.values('b2'));
      first.begin();
      await first.send(partition, context.values('a4'));
      await first.commit();
      await second.commit();
      expect(valuesOf(await context.read(partition))).toEqual(['b2', 'a4']);
      for (let from = 0; from < 8; from++) {
        const values = valuesOf(await context.read(partition, { from, maxPartitionBytes: 1 }));
        expect(values.filter((value) => value?.startsWith('ABORTED'))).toEqual([]);
      }
    });

    test('T2: takes no record for a marker because of its key', async () => {
      const partition = await newPartition();
      const producer = await transactional();
      const builder = new RecordBatchBuilder();
      const now = context.broker.clock.now();
      builder.append(Buffer.from([0, 0, 0, 0]), Buffer.from('ABORTED'), now, noHeaders);
      builder.append(Buffer.from([0, 0, 0, 1]), Buffer.from('ABORTED'), now, noHeaders);
      producer.begin();
      await producer.send(partition, builder.build());
      await producer.send(partition, context.values('ABORTED too'));
      await producer.abort();
      expect(await context.read(partition)).toEqual([]);
    });

    test('T3: hides each of several aborts of one producer', async () => {
      const partition = await newPartition();
      const producer = await transactional();
      for (let round = 0; round < 3; round++) {
        producer.begin();
        await producer.send(partition, context.values(`ABORTED-${round}`));
        await producer.abort();
        producer.begin();
        await producer.send(partition, context.values(`committed-${round}`));
        await producer.commit();
      }
      expect(valuesOf(await context.read(partition))).toEqual(['committed-0', 'committed-1', 'committed-2']);
    });

    test('T4: hides an abort whose marker lies beyond what one fetch brings', async () => {
      const partition = await newPartition();
      const producer = await transactional();
      producer.begin();
      for (let round = 0; round < 20; round++) {
        await producer.send(partition, context.values(`ABORTED-${round}-${'x'.repeat(1_000)}`));
      }
      await producer.abort();
      producer.begin();
      await producer.send(partition, context.values('committed'));
      await producer.commit();
      for (const maxPartitionBytes of [1, 2_500, 10_000]) {
        expect(valuesOf(await context.read(partition, { maxPartitionBytes }))).toEqual(['committed']);
      }
    });

    test('holds back everything behind an open transaction, of whomever it is', async () => {
      const partition = await newPartition();
      const [open, other] = [await transactional(), await transactional()];
      await context.produce(partition, context.values('before'));
      open.begin();
      await open.send(partition, context.values('open'));
      await context.produce(partition, context.values('plain'));
      other.begin();
      await other.send(partition, context.values('other'));
      await other.commit();
      const fetcher = context.fetcher();
      fetcher.assign([partition]);
      fetcher.seek(partition, 0);
      const values: (string | null)[] = [];
      const poll = async (): Promise<void> => {
        values.push(...valuesOf(await context.pollRecords(fetcher, 100)));
      };
      await context.until('the reader is at the open transaction', async () => {
        await poll();
        return fetcher.position(partition) === 1;
      });
      await poll();
      expect(values).toEqual(['before']);
      expect(fetcher.lag(partition)).toBe(0);
      const uncommitted = valuesOf(await context.read(partition, { isolationLevel: 'read_uncommitted' }));
      expect(uncommitted).toEqual(['before', 'open', 'plain', 'other']);

      await open.abort();
      await context.until('the rest is read', async () => {
        await poll();
        return values.length === 3;
      });
      expect(values).toEqual(['before', 'plain', 'other']);
    });

    test('gets past a log that ends in markers and aborted records', async () => {
      const partition = await newPartition();
      const producer = await transactional();
      producer.begin();
      await producer.send(partition, context.values('committed'));
      await producer.commit();
      producer.begin();
      await producer.send(partition, context.values('ABORTED'));
      await producer.abort();
      const end = 4;
      // A broker may answer before it writes the marker.
      await context.until('the marker is there', async () => (await context.endOffset(partition)) === end);
      const fetcher = context.fetcher('read_committed', 1);
      fetcher.assign([partition]);
      fetcher.seek(partition, 1);
      await context.until('the end is reached', async () => {
        expect(await context.pollRecords(fetcher, 100)).toEqual([]);
        return fetcher.position(partition) === end;
      });
      expect(fetcher.lag(partition)).toBe(0);
    });
  });
};
