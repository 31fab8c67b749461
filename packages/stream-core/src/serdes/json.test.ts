import fc from 'fast-check';
import { expect, test } from 'vitest';

import { noHeaders } from '../common/headers.ts';
import { jsonSerde } from './json.ts';

const write = <T>(value: T) => jsonSerde<T>().serialize(value, 't', noHeaders);

test('a value is JSON text in UTF-8', () => {
  expect(Buffer.from(write({ name: 'Zoë', list: [1, null] })).toString('hex')).toBe(
    Buffer.from('{"name":"Zoë","list":[1,null]}', 'utf8').toString('hex'),
  );
});

test('whatever JSON can say reads back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const padded = new Uint8Array(Buffer.concat([Buffer.from('##'), write(value)])).subarray(2);
      expect(JSON.stringify(jsonSerde().deserialize(padded, 't', noHeaders))).toBe(text);
    }),
  );
});

test('the parser checks what was read, and its error comes through', () => {
  const positive = jsonSerde((value) => {
    if (typeof value !== 'number' || value < 0) throw new Error('not positive');
    return value + 0.5;
  });
  expect(positive.deserialize(Buffer.from('2'), 't', noHeaders)).toBe(2.5);
  expect(() => positive.deserialize(Buffer.from('-2'), 't', noHeaders)).toThrow('not positive');
});

test('bytes that are no JSON, and values that JSON has no form for, are errors', () => {
  expect(() => jsonSerde().deserialize(Buffer.from('{'), 't', noHeaders)).toThrow(SyntaxError);
  expect(() => write(undefined)).toThrow('JSON has no form for undefined');
  expect(() => write(() => 1)).toThrow(TypeError);
  expect(() => write(1n)).toThrow(TypeError);
});
