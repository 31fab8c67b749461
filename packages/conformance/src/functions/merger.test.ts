import { expect, it } from 'vitest';
import { longType, stringType } from '../types/type.ts';
import { merger } from './merger.ts';

it('merges as the case language says', () => {
  expect(merger({ name: 'concat', sep: '~' }, stringType)('k', 'a', null)).toBe('a~null');
  expect(merger({ name: 'sum' }, longType)('k', 1n, 2n)).toBe(3n);
  expect(merger({ name: 'sum' }, longType)('k', null, 2n)).toBe(2n);
  expect(merger({ name: 'first' }, stringType)('k', 'a', 'b')).toBe('a');
  expect(merger({ name: 'last' }, stringType)('k', 'a', 'b')).toBe('b');
});
