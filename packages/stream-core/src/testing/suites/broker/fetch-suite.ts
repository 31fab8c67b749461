import { describe, expect, test } from 'vitest';

import type { Fetcher } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { PlainRecord, SuiteContext } from './suite-context.ts';
import { valuesOf } from './suite-context.ts';

const aWhileMs = 30_000;

/** Reading assigned partitions. */
export const fetchSuite = (context: SuiteContext): void => {
  /** A fetcher of one partition, from the beginning. */
  const reading = (partition: TopicPartition, maxPartitionBytes?: number): Fetcher => {
    const fetcher = context.fetcher('read_committed', maxPartitionBytes);
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    return fetcher;
  };

  /** Polls until there are records. */
  const nextRecords = async (fetcher: Fetcher): Promise<PlainRecord[]> => {
    let records: PlainRecord[] = [];
    await context.until('records come', async () => {
      records = await context.pollRecords(fetcher, 100);
      return records.length > 0;
    });
    return records;
  };

  describe('a fetcher', () => {
    test('reads several partitions, each in order', async () => {
      const topic = await context.topic(3);
      const partitions = [0, 1, 2].map((partition) => ({ topic, partition }));
      for (const partition of partitions) {
        await context.produce(
          partition,
          context.values(`${partition.partition}a`),
          context.values(`${partition.partition}b`),
        );
      }
      const fetcher = context.fetcher();
      fetcher.assign(partitions);
      for (const partition of partitions) fetcher.seek(partition, 0);
      const records: PlainRecord[] = [];
      await context.until('all were read', async () => {
        records.push(...(await context.pollRecords(fetcher, 100)));
        return records.length === 6;
      });
      for (const { partition } of partitions) {
        const values = valuesOf(records).filter((value) => value?.startsWith(`${partition}`));
        expect(values).toEqual([`${partition}a`, `${partition}b`]);
      }
    });

    test('begins inside a batch where it was told to', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      await context.produce(partition, context.values('a', 'b', 'c', 'd'));
      expect(await context.read(partition, { from: 2 })).toMatchObject([
        { value: 'c', offset: 2 },
        { value: 'd', offset: 3 },
      ]);
    });

    test('takes at most maxPartitionBytes a poll, and always one batch', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const value = 'x'.repeat(1_000);
      await context.produce(partition, ...Array.from({ length: 6 }, () => context.values(value)));
      const fetcher = reading(partition, 2_500);
      for (let polls = 0; fetcher.position(partition)! < 6; polls++) {
        expect(polls).toBeLessThan(100);
        for (const { batches } of await fetcher.poll(1_000)) {
          expect(batches.reduce((sum, batch) => sum + batch.sizeInBytes, 0)).toBeLessThanOrEqual(2_500);
        }
      }
      const tiny = reading(partition, 10);
      expect(await nextRecords(tiny)).toHaveLength(1);
      expect(tiny.position(partition)).toBe(1);
    });

    test('says what it read from where to where', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      await context.produce(partition, context.values('a', 'b', 'c'));
      const fetcher = reading(partition);
      fetcher.seek(partition, 1);
      const fetched = await fetcher.poll(aWhileMs);
      expect(fetched).toMatchObject([{ topicPartition: partition, position: 1, nextPosition: 3, endOffset: 3 }]);
    });

    test('knows no position and no lag before it has them', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      await context.produce(partition, context.values('a'), context.values('b'), context.values('c'));
      const fetcher = context.fetcher('read_committed', 1);
      expect(fetcher.position(partition)).toBeNull();
      fetcher.assign([partition]);
      expect(fetcher.position(partition)).toBeNull();
      expect(fetcher.lag(partition)).toBeNull();
      expect(await fetcher.poll(50)).toEqual([]);
      fetcher.seek(partition, 0);
      expect(fetcher.position(partition)).toBe(0);
      expect(fetcher.lag(partition)).toBeNull();
      expect(valuesOf(await nextRecords(fetcher))).toEqual(['a']);
      expect(fetcher.lag(partition)).toBe(2);
      fetcher.seek(partition, 2);
      expect(fetcher.lag(partition)).toBeNull();
      expect(valuesOf(await nextRecords(fetcher))).toEqual(['c']);
      expect(fetcher.lag(partition)).toBe(0);
    });

    test('knows a lag of 0 from an empty fetch', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const fetcher = reading(partition);
      await context.until('the lag is known', async () => {
        expect(await context.pollRecords(fetcher, 50)).toEqual([]);
        return fetcher.lag(partition) !== null;
      });
      expect(fetcher.lag(partition)).toBe(0);
      expect(fetcher.position(partition)).toBe(0);
    });

    test('wakes up when data arrives', async () => {
      const topic = await context.topic(8);
      const partitions = Array.from({ length: 8 }, (_, partition) => ({ topic, partition }));
      const fetcher = context.fetcher();
      fetcher.assign(partitions);
      for (const partition of partitions) fetcher.seek(partition, 0);
      const polled = context.pollRecords(fetcher, aWhileMs);
      await context.produce({ topic, partition: 5 }, context.values('news'));
      expect(valuesOf(await polled)).toEqual(['news']);
      // The partitions that stayed idle are where they were.
      expect(fetcher.position({ topic, partition: 4 })).toBe(0);
    });

    test('wakes up when it is told to', async () => {
      const topic = await context.topic();
      const fetcher = reading({ topic, partition: 0 });
      const polled = fetcher.poll(aWhileMs);
      fetcher.wakeup();
      expect(await polled).toEqual([]);
    });

    test('waits no longer than it was allowed to', async () => {
      const topic = await context.topic();
      const fetcher = reading({ topic, partition: 0 });
      expect(await fetcher.poll(20)).toEqual([]);
      expect(await fetcher.poll(0)).toEqual([]);
    });

    test('leaves paused partitions alone, and goes on where it was', async () => {
      const topic = await context.topic(2);
      const [first, second] = [0, 1].map((partition) => ({ topic, partition })) as [TopicPartition, TopicPartition];
      await context.produce(first, context.values('a'));
      const fetcher = context.fetcher();
      fetcher.assign([first, second]);
      fetcher.seek(first, 0);
      fetcher.seek(second, 0);
      expect(valuesOf(await nextRecords(fetcher))).toEqual(['a']);
      fetcher.pause([first]);
      await context.produce(first, context.values('b'));
      await context.produce(second, context.values('c'));
      expect(valuesOf(await nextRecords(fetcher))).toEqual(['c']);
      expect(await context.pollRecords(fetcher, 50)).toEqual([]);
      expect(fetcher.position(first)).toBe(1);

      // A partition that stays assigned keeps its pause and its position.
      fetcher.assign([first]);
      expect(await context.pollRecords(fetcher, 50)).toEqual([]);
      fetcher.resume([first]);
      expect(valuesOf(await nextRecords(fetcher))).toEqual(['b']);
      expect(fetcher.position(second)).toBeNull();
    });

    test('seeks and pauses only what it was assigned', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      const fetcher = context.fetcher();
      expect(() => fetcher.seek(partition, 0)).toThrow(expect.objectContaining({ code: 'STATE_TRANSITION_INVALID' }));
      expect(() => fetcher.pause([partition])).toThrow(expect.objectContaining({ code: 'STATE_TRANSITION_INVALID' }));
    });

    test('meets OFFSET_OUT_OF_RANGE below the start of the log', async () => {
      const topic = await context.topic(2);
      const partition = { topic, partition: 1 };
      await context.produce(partition, context.values('a', 'b', 'c'));
      await context.connect().admin.deleteRecords([{ partition, beforeOffset: 2 }]);
      const fetcher = reading(partition);
      await expect(fetcher.poll(aWhileMs)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', context: partition });
      // Nothing was reset in silence, and the fetcher is of use again once it was told where to go.
      expect(fetcher.position(partition)).toBe(0);
      fetcher.seek(partition, 2);
      expect(valuesOf(await nextRecords(fetcher))).toEqual(['c']);
    });

    test('meets OFFSET_OUT_OF_RANGE behind the end of the log', async () => {
      const topic = await context.topic();
      const partition = { topic, partition: 0 };
      await context.produce(partition, context.values('a'));
      const fetcher = reading(partition);
      fetcher.seek(partition, 2);
      await expect(fetcher.poll(aWhileMs)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', context: partition });
    });

    test('that is closed returns from its poll and refuses another', async () => {
      const topic = await context.topic();
      const fetcher = reading({ topic, partition: 0 });
      const polled = fetcher.poll(aWhileMs);
      await fetcher.close();
      expect(await polled).toEqual([]);
      await expect(fetcher.poll(0)).rejects.toMatchObject({ code: 'CLOSED' });
    });
  });
};
