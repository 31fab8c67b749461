import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { noHeaders } from '../../common/headers.ts';
import type { Serde } from '../../serdes/serde.ts';
import { serdes } from '../../serdes/serdes.ts';
import type { Change } from './change.ts';
import { changeSerde } from './change-serde.ts';

const serde = changeSerde(serdes.string());
const write = (newValue: string | null, oldValue: string | null): Buffer =>
  Buffer.from(serde.serialize({ newValue, oldValue, isLatest: true }, 't', noHeaders));
const read = (bytes: Uint8Array): Change<string> => serde.deserialize(bytes, 't', noHeaders);

test('the bytes are those of Kafka Streams: the values, then which of them are there', () => {
  expect(write(null, 'old').toString('hex')).toBe(`${Buffer.from('old').toString('hex')}00`);
  expect(write('new', null).toString('hex')).toBe(`${Buffer.from('new').toString('hex')}01`);
  // In front of both the length of the new one, as a varint of the record format: 3 is written as 6.
  expect(write('new', 'old').toString('hex')).toBe(`06${Buffer.from('newold').toString('hex')}02`);
});

test('every update reads back, out of the middle of a block too', () => {
  const side = fc.option(fc.string({ maxLength: 300 }));
  fc.assert(
    fc.property(side, side, (newValue, oldValue) => {
      fc.pre(newValue !== null || oldValue !== null);
      const padded = new Uint8Array(Buffer.concat([Buffer.from('##'), write(newValue, oldValue), Buffer.from('#')]));
      expect(read(padded.subarray(2, -1))).toEqual({ newValue, oldValue, isLatest: true });
    }),
  );
});

test('an update that says nothing cannot be written', () => {
  expect(() => write(null, null)).toThrow(new TypeError('an update has a new or an old value'));
});

describe('bytes that are no update', () => {
  test('of another form are refused with that form', () => {
    expect(() => read(Buffer.from([1, 2, 9]))).toThrow(new RangeError('an update of a table has the unknown form 9'));
    expect(() => read(Buffer.alloc(0))).toThrow(/unknown form undefined/);
  });

  test('whose new value would be longer than what there is are refused', () => {
    for (const length of [8, 1]) {
      expect(() => read(Buffer.from([length, 1, 1, 1, 2]))).toThrow(new RangeError('an update of a table is cut off'));
    }
    expect(read(Buffer.from([6, 97, 97, 97, 2]))).toEqual({ newValue: 'aaa', oldValue: '', isLatest: true });
  });
});

describe('what is fetched beforehand', () => {
  test('is asked of the serde of the values, for each value that there is', async () => {
    const asked: string[] = [];
    const inner: Serde<string> = {
      ...serdes.string(),
      prepare: async (fetched, topic) => {
        for (const bytes of fetched) asked.push(`${topic} ${Buffer.from(bytes)}`);
      },
      prepareWrite: async (topic) => void asked.push(`write ${topic}`),
    };
    const preparing = changeSerde(inner);
    await preparing.prepare?.([write('a', null), write(null, 'b'), write('c', 'd')], 'topic');
    await preparing.prepareWrite?.('topic');
    expect(asked).toEqual(['topic a', 'topic b', 'topic c', 'topic d', 'write topic']);
  });

  test('is nothing when that serde needs nothing', () => {
    expect(serde.prepare?.([write('a', 'b')], 't')).toBeUndefined();
    expect(serde.prepareWrite?.('t')).toBeUndefined();
  });
});
