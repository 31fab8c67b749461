import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { emptyRecordContext } from '../common/record-context.ts';
import { bufferValueBytes, decodeBufferValue, encodeBufferValue } from './buffer-value.ts';

const context = (timestamp: number, offset: number) => ({
  ...emptyRecordContext(timestamp),
  topic: 't',
  partition: 0,
  offset,
});
const bytes = fc.option(fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array)));

describe('has the recorded bytes of Kafka Streams', () => {
  test.each([
    ['a first update', null, null, 'AAAAAAAAAGQAAAAAAAAAAAAAAAF0AAAAAAAAAAD//////////wAAAAExAAAAAAAAAGQ='],
    ['one over another', null, '0', 'AAAAAAAAAGQAAAAAAAAAAAAAAAF0AAAAAAAAAAD/////AAAAATAAAAABMQAAAAAAAABk'],
    [
      'an old value that is the prior one',
      '0',
      '0',
      'AAAAAAAAAGQAAAAAAAAAAAAAAAF0AAAAAAAAAAAAAAABMP////4AAAABMQAAAAAAAABk',
    ],
  ])('%s', (_, prior, old, expected) => {
    const [priorValue, oldValue] = [prior, old].map((text) => (text === null ? null : Buffer.from(text)));
    const value = {
      time: 100,
      context: context(100, 0),
      priorValue: priorValue ?? null,
      oldValue: oldValue ?? null,
      newValue: Buffer.from('1'),
    };
    expect(encodeBufferValue(value).toString('base64')).toBe(expected);
  });
});

test('reads back what it wrote', () => {
  const header = fc.record({ key: fc.string({ maxLength: 3, unit: 'grapheme' }), value: bytes });
  const update = fc.record({
    time: fc.nat(),
    context: fc.record({
      topic: fc.constantFrom('t', null),
      partition: fc.integer({ min: -1, max: 9 }),
      offset: fc.integer({ min: -1 }),
      timestamp: fc.nat(),
      headers: fc.array(header, { maxLength: 3 }),
      rawKey: fc.constant(null),
      rawValue: fc.constant(null),
    }),
    priorValue: bytes,
    oldValue: bytes,
    newValue: bytes,
  });
  fc.assert(
    fc.property(update, (value) => {
      expect(decodeBufferValue(encodeBufferValue(value))).toEqual(value);
    }),
  );
});

test('bytes that are cut off, or have more behind them, are a RangeError', () => {
  const value = { time: 1, context: context(1, 1), priorValue: null, oldValue: Buffer.from('o'), newValue: null };
  const whole = encodeBufferValue(value);
  for (let length = 0; length < whole.length; length++) {
    expect(() => decodeBufferValue(whole.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
  }
  expect(() => decodeBufferValue(Buffer.concat([whole, Buffer.alloc(1)]))).toThrow('is not of version 3');
});

test('reckons the memory as Kafka Streams does: a value that is the prior one counts once', () => {
  const key = Buffer.from('key');
  const value = { time: 1, context: context(1, 1), priorValue: Buffer.from('12'), newValue: Buffer.from('4567') };
  expect(bufferValueBytes(key, { ...value, oldValue: Buffer.from('12') })).toBe(8 + 3 + 2 + 4 + 20 + 1);
  expect(bufferValueBytes(key, { ...value, oldValue: Buffer.from('3') })).toBe(8 + 3 + 2 + 1 + 4 + 20 + 1);
  const headers = [{ key: 'äh', value: Buffer.from('xyz') }];
  const withHeaders = { ...value, oldValue: null, context: { ...value.context, headers } };
  expect(bufferValueBytes(key, withHeaders)).toBe(8 + 3 + 2 + 4 + 20 + 1 + 2 + 3);
});
