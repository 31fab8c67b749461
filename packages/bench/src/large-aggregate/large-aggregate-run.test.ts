import { expect, test } from 'vitest';
import { largeAggregateRun } from './large-aggregate-run.ts';

test.each([
  ['memory', 'uniform'],
  ['lmdb', 'zipf'],
  ['rocksdb', 'zipf'],
] as const)('every input is counted: %s, %s', async (engine, choice) => {
  const report = await largeAggregateRun({
    engine,
    choice,
    keys: 5_003,
    inputs: 2_000,
    memoryMaxBytes: 2 ** 20,
    onProgress: () => undefined,
  });
  expect(report).toMatchObject({ engine, choice, counted: 7_003, inputsInAll: 7_003 });
});
