import { expect, test } from 'vitest';

import { StreamsError } from '../errors/streams-error.ts';
import { assert } from './assert.ts';

test('a condition that holds lets the code go on', () => {
  for (const condition of [true, 1, 'text', {}]) expect(() => assert(condition, 'must hold')).not.toThrow();
});

test('one that does not is an AssertionError and no StreamsError', () => {
  for (const condition of [false, 0, '', null, undefined]) {
    expect(() => assert(condition, 'must hold')).toThrow(
      expect.objectContaining({ name: 'AssertionError', message: 'must hold' }),
    );
  }
  expect(() => assert(false, 'must hold')).not.toThrow(StreamsError);
});
