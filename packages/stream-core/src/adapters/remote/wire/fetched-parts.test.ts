import { expect, test } from 'vitest';
import type { FetchedPartition } from '../../../broker/fetcher.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { noHeaders } from '../../../common/headers.ts';
import { cutIntoParts, joinParts } from './fetched-parts.ts';

const maxFrameBytes = 131_072;

const batchOf = (sizeBytes: number, baseOffset: number): RecordBatch => {
  const builder = new RecordBatchBuilder();
  builder.append(null, Buffer.alloc(sizeBytes), 0, noHeaders);
  const batch = builder.build();
  batch.place(baseOffset, 0);
  return batch;
};

/** A fetch with a batch of each size. */
const fetchOf = (partition: number, ...sizes: readonly number[]): FetchedPartition => ({
  topicPartition: { topic: 't', partition },
  position: 5,
  batches: sizes.map((size, index) => batchOf(size, 5 + index)),
  nextPosition: 5 + sizes.length,
  endOffset: 99,
});

/** What comes out at the other end, with the JSON in between. */
const sent = (fetches: readonly FetchedPartition[], isCurrent = (_: unknown, _version: number) => true) => {
  const parts = [
    ...cutIntoParts(
      fetches.map((fetched, version) => ({ fetched, version })),
      maxFrameBytes,
    ),
  ];
  const received = parts.map(({ pieces, raw }) => ({
    result: JSON.parse(JSON.stringify(pieces)) as unknown,
    raw: Buffer.concat(raw),
  }));
  const sizes = received.map(({ result, raw }) => JSON.stringify(result).length + raw.length);
  return { sizes, fetched: joinParts(received, isCurrent) };
};

test('what was fetched arrives as it was, and no part is larger than a frame', () => {
  const small = Array.from({ length: 250 }, (_, partition) => fetchOf(partition, 10));
  const cases: Readonly<Record<string, readonly FetchedPartition[]>> = {
    nothing: [],
    'a partition that only moved on': [fetchOf(0)],
    'many small partitions': small,
    'one partition in many parts': [fetchOf(0, 60_000, 60_000, 60_000, 100)],
    'batches as large as a frame, behind small ones': [...small, fetchOf(300, 120_000, 10, 120_000), fetchOf(301, 10)],
  };
  for (const [name, fetches] of Object.entries(cases)) {
    const { sizes, fetched } = sent(fetches);
    expect(fetched, name).toEqual(fetches);
    expect(Math.max(0, ...sizes), name).toBeLessThan(maxFrameBytes - 100);
  }
});

test('a partition that was moved meanwhile is left out, in all its parts', () => {
  const { fetched } = sent(
    [fetchOf(0, 10), fetchOf(1, 60_000, 60_000, 60_000), fetchOf(2, 10)],
    (_, version) => version !== 1,
  );
  expect(fetched.map(({ topicPartition }) => topicPartition.partition)).toEqual([0, 2]);
});

test('a batch that fits into no frame is an error that names it', () => {
  expect(() => sent([fetchOf(7, 10, 131_000)])).toThrow(
    expect.objectContaining({ code: 'RECORD_TOO_LARGE', context: { topic: 't', partition: 7, offset: 6 } }),
  );
});
