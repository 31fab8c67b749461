import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { noHeaders } from '../common/headers.ts';
import type { Serde } from './serde.ts';
import { serdes } from './serdes.ts';

const time = serdes.timeWindowed(serdes.string(), 10);
const session = serdes.sessionWindowed(serdes.string());
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A serde that fetches beforehand, and tells what. */
const preparing = (seen: string[]): Serde<string> => ({
  ...serdes.string(),
  prepare: async (fetched, topic) => {
    for (const bytes of fetched) seen.push(`${topic} ${Buffer.from(bytes)}`);
  },
  prepareWrite: async (topic) => void seen.push(`write ${topic}`),
});

describe('the key of a time window', () => {
  test('is the inner key and the start', () => {
    const bytes = time.serialize({ key: 'ab', window: { start: 258, end: 268 } }, 't', noHeaders);
    expect(hex(bytes)).toBe('61620000000000000102');
  });

  test('reads back with the end that the size gives', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (key, start) => {
        const windowed = { key, window: { start, end: start + 10 } };
        expect(time.deserialize(time.serialize(windowed, 't', noHeaders), 't', noHeaders)).toEqual(windowed);
      }),
    );
  });

  test('has at least the bytes of a start', () => {
    expect(time.deserialize(Buffer.alloc(8), 't', noHeaders).key).toBe('');
    expect(() => time.deserialize(Buffer.alloc(7), 't', noHeaders)).toThrow(RangeError);
  });
});

describe('the key of a session', () => {
  test('is the inner key, the end and then the start', () => {
    const bytes = session.serialize({ key: 'ab', window: { start: 1, end: 258 } }, 't', noHeaders);
    expect(hex(bytes)).toBe('616200000000000001020000000000000001');
  });

  test('reads back', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (key, start, length) => {
        const windowed = { key, window: { start, end: start + length } };
        expect(session.deserialize(session.serialize(windowed, 't', noHeaders), 't', noHeaders)).toEqual(windowed);
      }),
    );
  });

  test('has at least the bytes of both ends', () => {
    expect(session.deserialize(Buffer.alloc(16), 't', noHeaders).key).toBe('');
    expect(() => session.deserialize(Buffer.alloc(15), 't', noHeaders)).toThrow(RangeError);
  });
});

describe.each([
  ['a time window', (inner: Serde<string>) => serdes.timeWindowed(inner, 10)],
  ['a session', (inner: Serde<string>) => serdes.sessionWindowed(inner)],
] as const)('around the key of %s', (_name, around) => {
  const window = { start: 1, end: 11 };

  test('the inner key alone chooses the partition', () => {
    const serde = around(serdes.string());
    const bytes = serde.serialize({ key: 'inner', window }, 't', noHeaders);
    expect(hex(serde.partitionKey?.(bytes) ?? bytes)).toBe(hex(Buffer.from('inner')));
  });

  test('the inner serde prepares for the inner keys, and gets no part of a key that is too short', async () => {
    const seen: string[] = [];
    const serde = around(preparing(seen));
    const bytes = serde.serialize({ key: 'inner', window }, 't', noHeaders);
    await serde.prepare?.([bytes, Buffer.from('x')], 'topic');
    await serde.prepareWrite?.('topic');
    expect(seen).toEqual(['topic inner', 'topic ', 'write topic']);
  });

  test('nothing is prepared for an inner serde that needs nothing', () => {
    const serde = around(serdes.string());
    expect(serde.prepare?.([Buffer.alloc(20)], 'topic')).toBeUndefined();
    expect(serde.prepareWrite?.('topic')).toBeUndefined();
  });

  test('the same key has the same bytes if the inner serde says so', () => {
    expect(around(serdes.string()).canonical).toBe(true);
    expect(around(serdes.json<string>()).canonical).toBe(false);
  });
});
