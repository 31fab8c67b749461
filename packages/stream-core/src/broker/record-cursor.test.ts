import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import { batchLayout } from './batch-layout.ts';
import { RecordBatch } from './record-batch.ts';
import { RecordBatchBuilder } from './record-batch-builder.ts';

interface Plain {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

const build = (records: readonly Plain[]): RecordBatch => {
  const builder = new RecordBatchBuilder();
  for (const { key, value, timestamp, headers } of records) builder.append(key, value, timestamp, headers);
  return builder.build();
};

/** The offsets of everything that a cursor gives, headers decoded on the way. */
const readOffsets = (batch: RecordBatch): number[] => {
  const cursor = batch.cursor();
  const offsets: number[] = [];
  while (cursor.next()) {
    cursor.headers();
    offsets.push(cursor.offset);
  }
  return offsets;
};

const corrupt = expect.objectContaining({ name: 'StreamsError', code: 'CORRUPT_BATCH' });

const anyBytes = fc.option(fc.uint8Array({ maxLength: 40 }));
const anyRecords = fc.array(
  fc.record({
    key: anyBytes,
    value: anyBytes,
    timestamp: fc.integer({ min: 0, max: 2 ** 45 }),
    headers: fc.array(fc.record({ key: fc.string({ maxLength: 5 }), value: anyBytes }), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 20 },
);

const plain = (value: string): Plain => ({
  key: null,
  value: Buffer.from(value),
  timestamp: 1_000,
  headers: noHeaders,
});

describe('a damaged record batch', () => {
  test('is refused when it is cut off, wherever', () => {
    const { bytes } = build([plain('a'), plain('b')]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => RecordBatch.at(bytes.subarray(0, length)), `${length} bytes`).toThrow(corrupt);
    }
  });

  test('is refused with another format or lengths without sense', () => {
    const damaged = (damage: (bytes: Buffer) => void): (() => RecordBatch) => {
      const bytes = Buffer.from(build([plain('a')]).bytes);
      damage(bytes);
      return () => RecordBatch.at(bytes);
    };
    expect(damaged((bytes) => bytes.writeInt8(1, batchLayout.magic))).toThrow(corrupt);
    expect(damaged((bytes) => bytes.writeInt32BE(-5, batchLayout.length))).toThrow(corrupt);
    expect(damaged((bytes) => bytes.writeInt32BE(3, batchLayout.length))).toThrow(corrupt);
    // A reader that steps from batch to batch would never get past this one.
    expect(damaged((bytes) => bytes.writeInt32BE(-1, batchLayout.lastOffsetDelta))).toThrow(corrupt);
  });

  test('never reads as less or other than it claims: every single byte, every value', () => {
    const { bytes } = build([
      { ...plain('value'), key: Buffer.from('key'), headers: [{ key: 'h', value: Buffer.from('x') }] },
      { key: null, value: null, timestamp: 1_500, headers: noHeaders },
    ]);
    for (let at = batchLayout.crc; at < bytes.length; at++) {
      for (let change = 1; change < 256; change++) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] as number) ^ change;
        expectHonest(damaged);
      }
    }
  });

  test('never reads as less than it claims: random damage', () => {
    const damages = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(anyRecords, damages, (records, changes) => {
        const bytes = Buffer.from(build(records).bytes);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        expectHonest(bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  test('is not got past by calling once more', () => {
    const { bytes } = build([plain('a'), plain('b')]);
    bytes[batchLayout.records] = 0x7e;
    const cursor = RecordBatch.at(bytes).cursor();
    for (let call = 0; call < 3; call++) expect(() => cursor.next()).toThrow(corrupt);
  });

  test('is found out by headers that do not fill their record', () => {
    const { bytes } = build([{ ...plain(''), headers: [{ key: 'ab', value: null }] }]);
    const headerCount = bytes.length - 5;
    expect(bytes[headerCount]).toBe(2);
    for (const count of [0, 4, 6, 1]) {
      bytes[headerCount] = count;
      const cursor = RecordBatch.at(bytes).cursor();
      expect(cursor.next()).toBe(true);
      expect(() => cursor.headers(), `${count}`).toThrow(corrupt);
    }
  });
});

/**
 * Reads damaged bytes without looking at the checksum, which would tell at once. Either they are refused, or as many
 * records come as are claimed, in growing offsets.
 */
const expectHonest = (bytes: Buffer): void => {
  let claimed: number;
  let offsets: number[];
  try {
    const batch = RecordBatch.at(bytes);
    claimed = batch.recordCount;
    offsets = readOffsets(batch);
  } catch (error) {
    if (!corrupt.asymmetricMatch(error)) throw error;
    return;
  }
  expect(offsets.length).toBe(claimed);
  expect(offsets).toEqual(offsets.toSorted((left, right) => left - right));
};
