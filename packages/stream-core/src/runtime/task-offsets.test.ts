import { expect, test } from 'vitest';
import { serdes } from '../serdes/serdes.ts';
import { OperatorTimes } from './operator-times.ts';
import { PartitionGroup } from './partition-group.ts';
import { RecordQueue } from './record-queue.ts';
import { TaskOffsets } from './task-offsets.ts';

const taskId = { subtopology: 2, partition: 5 };
const offsetsOf = (operators: number): TaskOffsets => {
  const times = new OperatorTimes();
  for (let index = 0; index < operators; index++) times.of(`operator-${index}`);
  return new TaskOffsets(times);
};

test('as many operator times as fit into the metadata of an offset are allowed', () => {
  expect(() => offsetsOf(100).checkMetadataSize(taskId)).not.toThrow();
});

test('more of them are an error before the first record, which names the sub-topology and the way out', () => {
  expect(() => offsetsOf(200).checkMetadataSize(taskId)).toThrow(
    expect.objectContaining({
      code: 'METADATA_TOO_LARGE',
      message: expect.stringMatching(
        /^The operator times of sub-topology 2 take \d{4} bytes of offset metadata, more than 3072; .* a repartition\(\)$/,
      ),
      context: { taskId: '2_5' },
    }),
  );
});

const topicPartition = { topic: 'in', partition: 5 };
const begin = { topicPartition, offset: 7, leaderEpoch: -1, metadata: '' };

/** A group with the one partition, of which nothing has come yet. */
const groupOf = (partitionTime: number): PartitionGroup => {
  const group = new PartitionGroup(0);
  const source = { source: { key: serdes.string(), value: serdes.string() }, node: {} } as never;
  const queue = new RecordQueue({ topicPartition, live: source, extractor: () => 0, gate: {} as never });
  group.addQueue(queue, partitionTime);
  return group;
};

test('a partition of which nothing came is where it began, so that every commit has an offset to be fenced by', () => {
  const offsets = offsetsOf(1);
  expect(offsets.add([begin])).toEqual([-1]);
  expect(offsets.current(groupOf(-1))).toMatchObject([{ topicPartition, offset: 7 }]);
});

test('offsets have moved when a time has, and not after they are settled', () => {
  const offsets = offsetsOf(0);
  offsets.add([begin]);
  const current = offsets.current(groupOf(5));
  expect(offsets.haveMoved(current)).toBe(true);
  offsets.settle(current);
  expect(offsets.haveMoved(offsets.current(groupOf(5)))).toBe(false);
});
