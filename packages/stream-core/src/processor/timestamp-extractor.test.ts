import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { TimestampExtractor } from './timestamp-extractor.ts';
import {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
} from './timestamp-extractor.ts';

const record = (timestamp: number) => ({
  topic: 'in',
  partition: 3,
  offset: 42,
  timestamp,
  key: null,
  value: null,
  headers: [],
});

describe.each([
  ['failOnInvalidTimestamp', failOnInvalidTimestamp],
  ['logAndSkipOnInvalidTimestamp', logAndSkipOnInvalidTimestamp],
  ['usePartitionTimeOnInvalidTimestamp', usePartitionTimeOnInvalidTimestamp],
] as const satisfies readonly (readonly [string, TimestampExtractor])[])('%s', (_name, extract) => {
  test('gives a record its own timestamp, wherever the partition is', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -1 }), (timestamp, partitionTime) => {
        expect(extract(record(timestamp), partitionTime)).toBe(timestamp);
      }),
    );
  });
});

describe('a record without a valid timestamp', () => {
  test('is an error by default, which names the record and a way out', () => {
    expect(() => failOnInvalidTimestamp(record(-1), 70)).toThrow(
      expect.objectContaining({
        code: 'TIMESTAMP_INVALID',
        message:
          'The record at in-3 offset 42 has the timestamp -1; use another timestamp extractor if such records are expected',
        context: { topic: 'in', partition: 3, offset: 42 },
      }),
    );
  });

  test('may be skipped: its timestamp stays negative', () => {
    expect(logAndSkipOnInvalidTimestamp(record(-5), 70)).toBe(-5);
  });

  test('may take the time that its partition has come to', () => {
    expect(usePartitionTimeOnInvalidTimestamp(record(-1), 70)).toBe(70);
    expect(usePartitionTimeOnInvalidTimestamp(record(-1), 0)).toBe(0);
  });

  test('cannot take it as the first of its partition, and the error names a way out', () => {
    expect(() => usePartitionTimeOnInvalidTimestamp(record(-1), -1)).toThrow(
      expect.objectContaining({
        code: 'TIMESTAMP_INVALID',
        message: expect.stringMatching(/^The record at in-3 offset 42 .*; use another timestamp extractor/),
        context: { topic: 'in', partition: 3, offset: 42 },
      }),
    );
  });
});
