import { expect, test } from 'vitest';

import { bytes, openState } from '../../test/store-harness.ts';
import { PlainRows } from './plain-rows.ts';
import { TimestampDroppingRows } from './timestamp-dropping-rows.ts';
import { rawValue, timestampOf, withTimestamp } from './value-and-timestamp.ts';

const open = () => {
  const plain = new PlainRows(openState().open('s'));
  return { plain, rows: new TimestampDroppingRows(plain) };
};

test('a value is kept without its timestamp and reads as of time -1', () => {
  const { plain, rows } = open();
  rows.put(0, bytes('a'), withTimestamp(bytes('1'), 50));
  expect(plain.get(0, bytes('a'))).toEqual(bytes('1'));
  const read = rows.get(0, bytes('a')) ?? expect.fail('it was put');
  expect([String(rawValue(read)), timestampOf(read)]).toEqual(['1', -1]);
});

test('ranges read as of time -1 too', () => {
  const { rows } = open();
  for (const key of ['a', 'b', 'c']) rows.put(0, bytes(key), withTimestamp(bytes(key), 50));
  const read = [...rows.range(0, bytes('b'), null, true)];
  expect(read.map(({ key, value }) => `${key} ${rawValue(value)} ${timestampOf(value)}`)).toEqual(['c c -1', 'b b -1']);
});

test('null deletes, and a key that is not there is null', () => {
  const { plain, rows } = open();
  rows.put(0, bytes('a'), withTimestamp(bytes('1'), 50));
  rows.put(0, bytes('a'), null);
  expect(rows.get(0, bytes('a'))).toBeNull();
  expect([...plain.range(0, null, null, false)]).toEqual([]);
  expect(rows.segments()).toEqual([0]);
});
