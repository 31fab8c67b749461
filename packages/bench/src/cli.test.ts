import { expect, test } from 'vitest';
import { readArguments } from './cli.ts';

test('the defaults measure everything, five times', () => {
  expect(readArguments([])).toEqual({ only: '', records: null, runs: 5, json: false });
});

test('records and runs are numbers', () => {
  expect(readArguments(['--records', '1000', '--runs', '3', '--json'])).toMatchObject({ records: 1000, runs: 3 });
});

test('every problem is named at once', () => {
  expect(() => readArguments(['--records', 'many', '--runs', '0', '--only', 'nothing of that'])).toThrow(
    /--records many[\s\S]*--runs 0[\s\S]*--only nothing of that/,
  );
});

test('an unknown flag gives the usage', () => {
  expect(() => readArguments(['--fast'])).toThrow(/--fast[\s\S]*usage: bench/);
});
