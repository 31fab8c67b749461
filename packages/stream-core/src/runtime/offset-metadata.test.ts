import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { decodeOffsetMetadata, encodeOffsetMetadata } from './offset-metadata.ts';

describe('offset metadata', () => {
  test('has the bytes of TopicPartitionMetadata: version 2, partition time, then named times', () => {
    expect(Buffer.from(encodeOffsetMetadata({ partitionTime: 258, times: new Map() }), 'base64').toString('hex')).toBe(
      '020000000000000102',
    );
    const withTime = encodeOffsetMetadata({ partitionTime: -1, times: new Map([['ab', 3]]) });
    expect(Buffer.from(withTime, 'base64').toString('hex')).toBe(
      `02${'ff'.repeat(8)}0000000100000002${Buffer.from('ab').toString('hex')}0000000000000003`,
    );
  });

  test('reads back what it wrote', () => {
    const time = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(time, fc.dictionary(fc.string(), time), (partitionTime, entries) => {
        const times = new Map(Object.entries(entries));
        expect(decodeOffsetMetadata(encodeOffsetMetadata({ partitionTime, times }))).toEqual({ partitionTime, times });
      }),
    );
  });

  test('takes the text of version 1 and ignores what it does not know', () => {
    expect(decodeOffsetMetadata(Buffer.from('010000000000000007', 'hex').toString('base64')).partitionTime).toBe(7);
    for (const text of ['', 'not base64 at all!', 'CQAAAAAAAAAB', Buffer.from('02000000', 'hex').toString('base64')]) {
      expect(decodeOffsetMetadata(text)).toEqual({ partitionTime: -1, times: new Map() });
    }
  });

  test('survives any damage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        decodeOffsetMetadata(Buffer.from(bytes).toString('base64'));
        decodeOffsetMetadata(Buffer.concat([Buffer.from([2]), bytes]).toString('base64'));
      }),
    );
  });
});
