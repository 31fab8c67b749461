import { describe, expect, test } from 'vitest';
import { OptionReader } from './option-reader.ts';
import { UsageError } from './usage-error.ts';

const range = { min: 1, max: 8 };

describe('whole numbers', () => {
  test.each([
    ['1', 1],
    ['8', 8],
    ['007', 7],
  ])('%s is read', (text, value) => {
    const reader = new OptionReader();
    expect(reader.wholeNumber('n', text, range)).toBe(value);
    expect(() => reader.check()).not.toThrow();
  });

  test.each(['0', '9', '', ' 3', '3.5', '3e0', '0x3', '-3', 'three', '٣', '9999999999999999999'])(
    '%j is not',
    (text) => {
      const reader = new OptionReader();
      reader.wholeNumber('n', text, range);
      expect(() => reader.check()).toThrow(new UsageError([`--n ${text}: give a whole number from 1 to 8`]));
    },
  );
});

test('words', () => {
  const reader = new OptionReader();
  expect(reader.oneOf('colour', 'red', ['green', 'red'])).toBe('red');
  reader.check();
  reader.oneOf('colour', 'Red', ['green', 'red']);
  expect(() => reader.check()).toThrow('--colour Red: give green or red');
});

test('all problems are told at once, in the order in which they were met', () => {
  const reader = new OptionReader();
  reader.wholeNumber('n', 'x', range);
  reader.require(true, 'nothing is wrong with this');
  reader.require(false, 'not both');
  reader.oneOf('colour', 'blue', ['green']);
  expect(() => reader.check()).toThrow(
    ['--n x: give a whole number from 1 to 8', 'not both', '--colour blue: give green'].join('\n'),
  );
});
