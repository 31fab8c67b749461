import { expect, it } from 'vitest';
import { javaDouble } from './java-double.ts';

it.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-0.25, '-0.25'],
  [0.001, '0.001'],
  [0.0005, '5.0E-4'],
  [9_999_999.5, '9999999.5'],
  [1e7, '1.0E7'],
  [-12_345_678.125, '-1.2345678125E7'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
])('%d is written as Java writes it', (value, text) => {
  expect(javaDouble(value)).toBe(text);
});
