import { gzipSync } from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { batchLayout } from '../../../broker/batch-layout.ts';
import { RecordBatch } from '../../../broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { noHeaders } from '../../../common/headers.ts';
import { findStreamsError } from '../../../errors/streams-error.ts';
import { BoundedOutput } from './bounded-output.ts';
import { compressBatch } from './compress-batch.ts';
import { compressionTypes } from './compression-type.ts';
import { decompressBatch } from './decompress-batch.ts';
import { unpackLz4 } from './lz4-decoder.ts';
import { unpackSnappy } from './snappy-decoder.ts';

const limit = 1 << 20;
const packing = compressionTypes.filter((type) => type !== 'none');

const batchOf = (values: readonly Uint8Array[]): RecordBatch => {
  const builder = new RecordBatchBuilder();
  for (const value of values) builder.append(Buffer.from('key'), value, 1_000, noHeaders);
  return builder.build();
};

const valuesOf = (batch: RecordBatch): string[] => {
  const values: string[] = [];
  for (const cursor = batch.cursor(); cursor.next(); ) values.push(cursor.value()?.toString('hex') ?? '');
  return values;
};

/** A batch whose packed records were replaced, with a checksum that fits: damage that a producer made. */
const withRecords = (batch: RecordBatch, packed: Uint8Array): RecordBatch => {
  const bytes = Buffer.concat([batch.bytes.subarray(0, batchLayout.records), packed]);
  bytes.writeInt32BE(bytes.length - 12, batchLayout.length);
  const changed = RecordBatch.at(bytes);
  changed.seal();
  return changed;
};

const codeOf = (action: () => unknown): string | null => {
  try {
    action();
    return null;
  } catch (error) {
    return findStreamsError(error)?.code ?? String(error);
  }
};

const anyValues = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.nat(3_000).map((length) => Buffer.alloc(length, 'abcabcabd')),
    fc.nat(70_000).map((length) => Buffer.alloc(length, 7)),
  ),
  { minLength: 1, maxLength: 20 },
);

test.each(packing)('%s: what was packed is unpacked to the same bytes', (type) => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const batch = batchOf(values);
      const packed = compressBatch(batch, type);
      expect(packed.isIntact).toBe(true);
      const plain = decompressBatch(packed, 4 * limit);
      expect(plain.isIntact).toBe(true);
      expect(plain.bytes.equals(batch.bytes)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each(packing)('%s: packed records are smaller, and keep what is stamped on them', (type) => {
  const packed = compressBatch(batchOf([Buffer.alloc(10_000, 'x')]), type);
  packed.stamp({ producerId: 5, producerEpoch: 1, baseSequence: 9 }, true);
  expect(packed.compression).toBe(compressionTypes.indexOf(type));
  expect(packed.sizeInBytes).toBeLessThan(2_000);
  expect(() => packed.cursor()).toThrow('must be unpacked first');
  const plain = decompressBatch(packed, limit);
  expect([plain.producerId, plain.producerEpoch, plain.baseSequence, plain.isTransactional]).toEqual([5, 1, 9, true]);
  expect(plain.compression).toBe(0);
});

test('what does not become smaller stays as it is', () => {
  const batch = batchOf([Buffer.from('a')]);
  for (const type of packing) expect(compressBatch(batch, type)).toBe(batch);
  expect(compressBatch(batch, 'none')).toBe(batch);
});

test.each(packing)('%s: a bomb is refused before it takes memory', (type) => {
  const packed = compressBatch(batchOf([Buffer.alloc(8_000_000)]), type);
  expect(codeOf(() => decompressBatch(packed, limit))).toBe('CORRUPT_BATCH');
  expect(decompressBatch(packed, 9_000_000).sizeInBytes).toBeGreaterThan(8_000_000);
});

test.each(packing)('%s: damage is an error or shows in the records, and never breaks what comes later', (type) => {
  const values = Array.from({ length: 50 }, (_, index) => Buffer.alloc(20 + index, `value ${index} `));
  const good = compressBatch(batchOf(values), type);
  const packed = good.bytes.subarray(batchLayout.records);
  const expected = valuesOf(decompressBatch(good, limit));
  const damage = fc.oneof(
    fc.tuple(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => {
      const changed = Buffer.from(packed);
      changed[at] = (changed[at] ?? 0) ^ bits;
      return changed;
    }),
    fc.nat(packed.length - 1).map((length) => packed.subarray(0, length)),
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ minLength: 1, maxLength: 9 }).map((tail) => Buffer.concat([packed, tail])),
  );
  fc.assert(
    fc.property(damage, (changed) => {
      let values: string[] = [];
      const code = codeOf(() => {
        values = valuesOf(decompressBatch(withRecords(good, changed), limit));
      });
      // Without an error every record is there: the batch has a checksum against changes inside them.
      if (code === null) expect(values).toHaveLength(expected.length);
      else expect(code).toBe('CORRUPT_BATCH');
      expect(valuesOf(decompressBatch(good, limit))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('a batch with a number that no compression has is damaged', () => {
  const batch = batchOf([Buffer.from('a')]);
  batch.bytes.writeInt16BE(5, batchLayout.attributes);
  batch.seal();
  expect(codeOf(() => decompressBatch(batch, limit))).toBe('CORRUPT_BATCH');
});

const unpacked = (unpack: (source: Buffer, output: BoundedOutput) => void, source: Buffer): Buffer => {
  const output = new BoundedOutput({ headerBytes: 0, expectedBytes: 16, maxBytes: 8 * limit });
  unpack(source, output);
  return output.bytes;
};

test('both decoders read what an independent encoder wrote', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const plain = Buffer.concat(values);
      expect(unpacked(unpackLz4, compressionsAlgorithms.lz4.compressSync(plain)).equals(plain)).toBe(true);
      expect(unpacked(unpackSnappy, compressionsAlgorithms.snappy.compressSync(plain)).equals(plain)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('an LZ4 frame with every optional part is read', () => {
  // Flags: independent blocks, block checksums, content size, content checksum. One stored block, one of a repetition.
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x7c, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const stored = Buffer.from([3, 0, 0, 0x80, 0x61, 0x62, 0x63, 1, 2, 3, 4]);
  const repeated = Buffer.from([5, 0, 0, 0, 0x14, 0x64, 0x01, 0x00, 0x00, 1, 2, 3, 4]);
  const end = Buffer.from([0, 0, 0, 0, 9, 9, 9, 9]);
  expect(unpacked(unpackLz4, Buffer.concat([header, stored, repeated, end])).toString()).toBe('abcddddddddd');
});

test('gzip in several members is read', () => {
  const batch = batchOf([Buffer.alloc(5_000, 'text ')]);
  const plain = batch.bytes.subarray(batchLayout.records);
  const members = Buffer.concat([gzipSync(plain.subarray(0, 100)), gzipSync(plain.subarray(100))]);
  const packed = withRecords(batch, members);
  packed.bytes.writeInt16BE(compressionTypes.indexOf('gzip'), batchLayout.attributes);
  expect(decompressBatch(packed, limit).bytes.equals(batch.bytes)).toBe(true);
});
