import { describe, expect, test } from 'vitest';

import { noHeaders } from '../common/headers.ts';
import type { Serde } from './serde.ts';
import { serdes } from './serdes.ts';

const all: readonly (readonly [name: string, serde: Serde<unknown>, value: unknown])[] = [
  ['string', serdes.string(), 'text'],
  ['long', serdes.long(), 7],
  ['bigint', serdes.bigint(), 7n],
  ['integer', serdes.integer(), 7],
  ['double', serdes.double(), 0.5],
  ['bytes', serdes.bytes(), Buffer.from('bytes')],
  ['json', serdes.json(), { a: [1, null] }],
  ['timeWindowed', serdes.timeWindowed(serdes.string(), 10), { key: 'a', window: { start: 5, end: 15 } }],
  ['sessionWindowed', serdes.sessionWindowed(serdes.string()), { key: 'a', window: { start: 5, end: 9 } }],
];

describe.each(all)('serdes.%s', (_name, serde, value) => {
  const bytes = () => serde.serialize(value, 'topic', noHeaders);

  test('reads back what it wrote, whatever the topic is', () => {
    expect(serde.deserialize(bytes(), 'another', noHeaders)).toEqual(value);
  });

  test('gives bytes that stay as they are when the next value is written, and values when their bytes change', () => {
    const first = bytes();
    const copy = Buffer.from(first);
    bytes();
    expect(Buffer.from(first)).toEqual(copy);
    const lent = Buffer.from(first);
    const read = serde.deserialize(lent, 'topic', noHeaders);
    lent.fill(0);
    expect(read).toEqual(value);
  });

  test('has nothing to fetch', () => {
    expect(serde.prepare?.([bytes()], 'topic')).toBeUndefined();
    expect(serde.prepareWrite?.('topic')).toBeUndefined();
  });
});

test('the serdes whose values anybody may keep say so; bytes and JSON can be changed by who reads them', () => {
  const immutable = all.filter(([, serde]) => serde.immutable === true).map(([name]) => name);
  expect(immutable).toEqual(['string', 'long', 'bigint', 'integer', 'double']);
});

test('the same JSON value may have different bytes, so bytes of JSON do not pass through untouched', () => {
  const canonical = all.filter(([, serde]) => serde.canonical === true).map(([name]) => name);
  expect(canonical).not.toContain('json');
  expect(canonical).toHaveLength(all.length - 1);
});
