import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import { batchLayout } from './batch-layout.ts';
import type { RecordBatch } from './record-batch.ts';
import { batchAttributes, splitBatches } from './record-batch.ts';
import { RecordBatchBuilder } from './record-batch-builder.ts';

interface Plain {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

const build = (records: readonly Plain[], capacity?: number): RecordBatch => {
  const builder = new RecordBatchBuilder(capacity);
  for (const { key, value, timestamp, headers } of records) builder.append(key, value, timestamp, headers);
  return builder.build();
};

/** Everything that a cursor gives, in memory of its own. */
const readAll = (batch: RecordBatch, fromOffset?: number): (Plain & { offset: number })[] => {
  const cursor = batch.cursor(fromOffset);
  const records: (Plain & { offset: number })[] = [];
  while (cursor.next()) {
    const copy = (bytes: Buffer | null): Uint8Array | null => (bytes === null ? null : Uint8Array.from(bytes));
    const headers = cursor.headers().map(({ key, value }) => ({ key, value: value && Uint8Array.from(value) }));
    const { timestamp, offset } = cursor;
    records.push({ key: copy(cursor.key()), value: copy(cursor.value()), timestamp, headers, offset });
  }
  return records;
};

const corrupt = expect.objectContaining({ name: 'StreamsError', code: 'CORRUPT_BATCH' });

const anyBytes = fc.option(fc.uint8Array({ maxLength: 40 }));
const anyRecord: fc.Arbitrary<Plain> = fc.record({
  key: anyBytes,
  value: anyBytes,
  timestamp: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 2 ** 45 })),
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 5 }), value: anyBytes }), {
    maxLength: 3,
  }),
});
const anyRecords = fc.array(anyRecord, { minLength: 1, maxLength: 20 });

const plain = (value: string, timestamp = 1_000): Plain => ({
  key: null,
  value: Buffer.from(value),
  timestamp,
  headers: noHeaders,
});

/** CRC-32C by its polynomial, bit by bit. */
const crc32cByDefinition = (bytes: Uint8Array): number => {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
};

// One transactional batch, written down by hand from the record format of the Kafka documentation (message format v2).
const goldenHeader = [
  '0000000000000005', // base offset 5
  '00000045', // length: 69 bytes behind this field
  '00000003', // partition leader epoch 3
  '02', // magic
];
const goldenBody = [
  '0010', // attributes: transactional
  '00000001', // last offset delta
  '00000000000003e8', // base timestamp 1000
  '00000000000003e8', // max timestamp 1000
  '0000000000000007', // producer id 7
  '0002', // producer epoch 2
  '00000009', // base sequence 9
  '00000002', // two records
  // length 12, attributes 0, timestamp delta 0, offset delta 0, key 'k', value 'v', one header 'h' = 01
  '18 00 00 00 02 6b 02 76 02 02 68 02 01',
  // length 6, attributes 0, timestamp delta -10, offset delta 1, key null, value null, no headers
  '0c 00 13 02 01 01 00',
];
const fromHex = (parts: readonly string[]): Buffer => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');

describe('a record batch', () => {
  test('has the bytes that the record format asks for', () => {
    const batch = build([
      {
        key: Buffer.from('k'),
        value: Buffer.from('v'),
        timestamp: 1_000,
        headers: [{ key: 'h', value: Uint8Array.of(1) }],
      },
      { key: null, value: null, timestamp: 990, headers: noHeaders },
    ]);
    batch.stamp({ producerId: 7, producerEpoch: 2, baseSequence: 9 }, true);
    batch.place(5, 3);
    const body = fromHex(goldenBody);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32cByDefinition(body));
    expect(batch.bytes.toString('hex')).toBe(Buffer.concat([fromHex(goldenHeader), crc, body]).toString('hex'));
    // Kafka's own MemoryRecordsBuilder (4.3.1) writes the same batch, checksum included.
    expect(crc.toString('hex')).toBe('36e4f327');
  });

  test('gives back what went in', () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(1_000_000), fc.integer({ min: 0, max: 200 }), (records, baseOffset, capacity) => {
        const batch = build(records, capacity);
        batch.place(baseOffset, 4);
        expect(batch.isIntact).toBe(true);
        expect(batch.recordCount).toBe(records.length);
        expect(batch.baseOffset).toBe(baseOffset);
        expect(batch.nextOffset).toBe(baseOffset + records.length);
        expect(batch.partitionLeaderEpoch).toBe(4);
        expect(batch.baseTimestamp).toBe(records[0]?.timestamp);
        expect(batch.maxTimestamp).toBe(Math.max(...records.map((record) => record.timestamp)));
        expect(readAll(batch)).toEqual(records.map((record, index) => ({ ...record, offset: baseOffset + index })));
      }),
    );
  });

  test('keeps timestamps that lie further apart than 32 bits reach', () => {
    const timestamps = [2 ** 42, 0, 2 ** 42 + 2 ** 33, 1];
    const batch = build(timestamps.map((timestamp) => plain('x', timestamp)));
    expect(readAll(batch).map((record) => record.timestamp)).toEqual(timestamps);
  });

  test('takes headers that repeat, are null or are not ASCII', () => {
    const headers = [
      { key: 'ключ', value: Buffer.from('ä') },
      { key: 'ключ', value: null },
      { key: '', value: Buffer.alloc(0) },
    ];
    expect(readAll(build([{ ...plain('x'), headers }]))[0]?.headers).toEqual(
      headers.map(({ key, value }) => ({ key, value: value && Uint8Array.from(value) })),
    );
  });

  test('has one timestamp for all where the broker set it', () => {
    const batch = build([plain('a', 10), plain('b', 20)]);
    batch.bytes.writeInt16BE(batchAttributes.logAppendTime, batchLayout.attributes);
    batch.seal();
    expect(batch.hasLogAppendTime).toBe(true);
    expect(readAll(batch).map((record) => record.timestamp)).toEqual([20, 20]);
  });

  test('knows its producer and its kind', () => {
    const batch = build([plain('a')]);
    expect(batch).toMatchObject({ producerId: -1, producerEpoch: -1, baseSequence: -1, isTransactional: false });
    batch.stamp({ producerId: 2 ** 40, producerEpoch: 32_767, baseSequence: 2 ** 31 - 1 }, true);
    expect(batch).toMatchObject({ producerId: 2 ** 40, producerEpoch: 32_767, baseSequence: 2 ** 31 - 1 });
    expect(batch).toMatchObject({ isTransactional: true, isControl: false, isIntact: true });
    batch.stamp({ producerId: -1, producerEpoch: -1, baseSequence: -1 }, false);
    expect(batch.isTransactional).toBe(false);
    const builder = new RecordBatchBuilder();
    builder.append(null, null, 0, noHeaders);
    expect(builder.build(batchAttributes.control)).toMatchObject({ isControl: true, isTransactional: false });
  });

  test('has room for as much as it is given', () => {
    const builder = new RecordBatchBuilder(0);
    const before = builder.sizeInBytes;
    const large = Buffer.alloc(100_000, 7);
    builder.append(large, large, 0, noHeaders);
    expect(builder.recordCount).toBe(1);
    expect(builder.sizeInBytes).toBeGreaterThan(before + 200_000);
    const batch = builder.build();
    expect(batch.sizeInBytes).toBe(builder.sizeInBytes);
    expect(readAll(batch)[0]?.value).toEqual(Uint8Array.from(large));
  });

  test('is passed over up to the offset that a reader begins at', () => {
    const batch = build([plain('a'), plain('b'), plain('c')]);
    batch.place(10, 0);
    expect(readAll(batch, 11).map((record) => record.offset)).toEqual([11, 12]);
    expect(readAll(batch, 12).map((record) => record.offset)).toEqual([12]);
    expect(readAll(batch, 13)).toEqual([]);
  });

  test('refuses to be read while it is compressed', () => {
    const batch = build([plain('a')]);
    batch.bytes.writeInt16BE(4, batchLayout.attributes);
    expect(batch.compression).toBe(4);
    expect(() => batch.cursor()).toThrow(corrupt);
  });
});

describe('splitBatches', () => {
  test('finds the batches that lie in a row, and leaves out one that is cut off', () => {
    const batches = [build([plain('a')]), build([plain('bb'), plain('c')]), build([plain('d')])];
    const bytes = Buffer.concat(batches.map((batch) => batch.bytes));
    expect(splitBatches(bytes).map((batch) => batch.bytes)).toEqual(batches.map((batch) => batch.bytes));
    for (let missing = 1; missing < batches[2]!.sizeInBytes; missing++) {
      expect(splitBatches(bytes.subarray(0, bytes.length - missing))).toHaveLength(2);
    }
    expect(splitBatches(Buffer.alloc(0))).toEqual([]);
  });

  test('refuses a length without sense instead of standing still', () => {
    const bytes = Buffer.concat([build([plain('a')]).bytes, Buffer.alloc(70)]);
    expect(() => splitBatches(bytes)).toThrow(corrupt);
    bytes.writeInt32BE(-12, batchLayout.length);
    expect(() => splitBatches(bytes)).toThrow(corrupt);
  });

  test('shares the memory of what it was given', () => {
    const bytes = new Uint8Array(build([plain('a')]).bytes);
    const [batch] = splitBatches(bytes);
    expect(batch?.bytes.buffer).toBe(bytes.buffer);
  });
});
