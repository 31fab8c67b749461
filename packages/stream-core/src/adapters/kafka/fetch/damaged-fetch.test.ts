import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { FetchBroker } from '../../../../test/kafka/fetch/fetch-broker.ts';
import { values } from '../../../../test/kafka/fetch/value-batch.ts';
import { batchLayout } from '../../../broker/batch-layout.ts';
import type { FetchedPartition } from '../../../broker/fetcher.ts';
import { splitBatches } from '../../../broker/record-batch.ts';
import { seededChance } from '../../../common/chance.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { compressBatch } from '../compression/compress-batch.ts';
import type { CompressionType } from '../compression/compression-type.ts';
import { compressionTypes } from '../compression/compression-type.ts';
import { KafkaFetcher } from './kafka-fetcher.ts';

const batchCount = 4;
const recordsEach = 5;
const all = Array.from({ length: batchCount * recordsEach }, (_, index) => `record number ${index} of the log`);

/** A log of four batches whose records section a test changes on its way to the fetcher. */
const open = (damage: (records: Buffer) => Buffer, type: CompressionType = 'none') => {
  const clock = new ManualClock(1_000);
  const broker = new FetchBroker(clock);
  const fetcher = new KafkaFetcher({
    cluster: broker,
    clock,
    chance: seededChance(1),
    clientId: 'client',
    isolationLevel: 'read_uncommitted',
    maxPartitionBytes: 100_000,
    maxBatchBytes: 100_000,
    onClose: () => undefined,
  });
  const partition = broker.host('t', 0);
  for (let index = 0; index < batchCount; index++) {
    const texts = all.slice(index * recordsEach, (index + 1) * recordsEach);
    broker.append(partition, compressBatch(values(...texts), type));
  }
  broker.hosted(partition).damage = damage;
  fetcher.assign([partition]);
  fetcher.seek(partition, 0);
  return { clock, broker, fetcher, partition };
};

/** The records of what was fetched. @throws StreamsError as a reader of the batches meets it */
const readAll = (fetched: readonly FetchedPartition[], into: string[]): void => {
  for (const { batches, position } of fetched) {
    for (const batch of batches) {
      for (const cursor = batch.cursor(position); cursor.next(); ) {
        into.push(String(cursor.value()));
        cursor.headers();
      }
    }
  }
};

/** Reads until everything was read or an error came. A fetcher that neither gets on nor says why has failed. */
const outcome = async ({ clock, fetcher, partition }: ReturnType<typeof open>) => {
  const read: string[] = [];
  try {
    for (let polls = 0; polls < 12; polls++) {
      readAll(await clock.settle(fetcher.poll(1_000)), read);
      if (read.length >= all.length) return { read, error: null };
    }
  } catch (error) {
    if (error instanceof StreamsError) return { read, error };
    throw error;
  }
  throw new Error(`hangs at ${fetcher.position(partition)} after ${read.length} records`);
};

/** What is not covered by the checksum of a batch: its place, its length, its leader epoch. */
const isUnprotected = (records: Buffer, at: number): boolean => {
  let start = 0;
  for (const batch of splitBatches(records)) {
    if (at < start + batch.sizeInBytes) return at - start < batchLayout.crc;
    start += batch.sizeInBytes;
  }
  return true;
};

const anyDamage = fc.oneof(
  fc.record({
    kind: fc.constant('flip' as const),
    share: fc.double({ min: 0, max: 0.9999, noNaN: true }),
    bit: fc.nat(7),
  }),
  fc.record({ kind: fc.constant('cut' as const), share: fc.double({ min: 0.01, max: 0.9999, noNaN: true }) }),
  fc.record({ kind: fc.constant('length' as const), batch: fc.nat(batchCount - 1), length: fc.integer() }),
  fc.record({ kind: fc.constant('count' as const), batch: fc.nat(batchCount - 1), count: fc.integer() }),
  fc.record({
    kind: fc.constant('records' as const),
    batch: fc.nat(batchCount - 1),
    share: fc.double({ min: 0, max: 0.9999, noNaN: true }),
    bit: fc.nat(7),
  }),
);

type Damage = typeof anyDamage extends fc.Arbitrary<infer T> ? T : never;

/** The damage done; `isCertain` when the protocol lets a reader find it. */
const apply = (damage: Damage, records: Buffer): { readonly bytes: Buffer; readonly isCertain: boolean } => {
  const bytes = Buffer.from(records);
  if (damage.kind === 'cut')
    return { bytes: bytes.subarray(0, Math.floor(damage.share * bytes.length)), isCertain: false };
  if (damage.kind === 'flip') {
    const at = Math.floor(damage.share * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << damage.bit);
    return { bytes, isCertain: !isUnprotected(records, at) };
  }
  const batch = splitBatches(bytes)[damage.batch];
  if (batch === undefined) return { bytes, isCertain: false };
  if (damage.kind === 'length') batch.bytes.writeInt32BE(damage.length, batchLayout.length);
  if (damage.kind === 'count') batch.bytes.writeInt32BE(damage.count, batchLayout.recordCount);
  if (damage.kind === 'records') {
    const at = batchLayout.records + Math.floor(damage.share * (batch.sizeInBytes - batchLayout.records));
    batch.bytes[at] = (batch.bytes[at] ?? 0) ^ (1 << damage.bit);
  }
  // The checksum fits: it was a producer, or a disk in front of it, that did the damage.
  if (damage.kind !== 'length') batch.seal();
  return { bytes, isCertain: false };
};

describe.each(compressionTypes)('records packed with %s', (type) => {
  test('that arrive damaged are a typed error at their place, never a hang, a crash or a gap', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(anyDamage, async (damage) => {
        let isCertain = false;
        const opened = open((records) => {
          const applied = apply(damage, records);
          isCertain ||= applied.isCertain;
          return applied.bytes;
        }, type);
        const { read, error } = await outcome(opened);
        if (error === null) {
          expect(isCertain).toBe(false);
          // A changed byte in a value whose checksum was computed anew is no damage that a reader could see.
          if (damage.kind !== 'records') expect(read).toEqual(all);
          expect(read).toHaveLength(all.length);
          return;
        }
        const codes = ['CORRUPT_BATCH', 'UNSUPPORTED_VERSION', 'OFFSET_OUT_OF_RANGE'];
        expect(codes).toContain(error.code);
        if (isCertain) expect(error.code).toBe('CORRUPT_BATCH');
        if (damage.kind !== 'records') expect(read).toEqual(all.slice(0, read.length));
      }),
      { numRuns: 150 },
    );
  });
});

describe('damage', () => {
  test('names topic, partition and offset, comes after what lies before it, and heals with another answer', async () => {
    const { clock, broker, fetcher, partition } = open((records) => {
      const bytes = Buffer.from(records);
      const third = splitBatches(bytes).find((batch) => batch.baseOffset === 10);
      if (third !== undefined) third.bytes[batchLayout.records + 8] = 0xff;
      return bytes;
    });
    const read: string[] = [];
    readAll(await clock.settle(fetcher.poll(1_000)), read);
    expect(read).toEqual(all.slice(0, 10));
    for (let attempt = 0; attempt < 3; attempt++) {
      const error = await clock.settle(fetcher.poll(1_000)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'CORRUPT_BATCH', context: { topic: 't', partition: 0, offset: 10 } });
      expect(String(error)).toContain('t-0: the batch at offset 10: its checksum is wrong; seek past it');
    }
    expect(fetcher.position(partition)).toBe(10);
    broker.hosted(partition).damage = null;
    readAll(await clock.settle(fetcher.poll(1_000)), read);
    expect(read).toEqual(all);
  });

  test('in one partition does not hold up the others', async () => {
    const { clock, broker, fetcher, partition } = open(() => Buffer.alloc(300, 1));
    const other = broker.host('u', 0);
    fetcher.assign([partition, other]);
    fetcher.seek(other, 0);
    broker.append(other, values('well'));
    let errors = 0;
    const read: string[] = [];
    for (let polls = 0; polls < 4; polls++) {
      try {
        readAll(await clock.settle(fetcher.poll(1_000)), read);
      } catch {
        errors++;
      }
    }
    expect(read).toEqual(['well']);
    expect(errors).toBeGreaterThan(0);
  });

  test.each([0, 1])('of format %i is not damage: the error says what to do', async (magic) => {
    const { clock, fetcher } = open(() => {
      const message = Buffer.alloc(40);
      message.writeInt32BE(28, batchLayout.length);
      message.writeInt8(magic, batchLayout.magic);
      return message;
    });
    const error = await clock.settle(fetcher.poll(1_000)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION', context: { topic: 't', partition: 0 } });
    expect(String(error)).toContain(`t-0: the log has messages of format ${magic}`);
  });

  test('is not what a batch is that was cut off behind others', async () => {
    const opened = open((records) => records.subarray(0, records.length - (records.length > 300 ? 7 : 0)));
    expect((await outcome(opened)).read).toEqual(all);
  });
});
