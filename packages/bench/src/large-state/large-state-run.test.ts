import { expect, test } from 'vitest';
import { largeStateRun } from './large-state-run.ts';

test.each(['memory', 'lmdb'] as const)('every key is found again: %s', async (engine) => {
  const said: string[] = [];
  const report = await largeStateRun({
    engine,
    keys: 20_001,
    accesses: 500,
    memoryMaxBytes: 2 ** 20,
    onProgress: (text) => said.push(text),
  });
  expect(report).toMatchObject({ engine, keys: 20_001, found: 1_000, accesses: 1_000 });
});
