import { expect, test } from 'vitest';

import { expectedCounts } from '../../src/testing/simulation/expected-counts.ts';
import { seedsOf } from './fresh-seeds.ts';
import { runSeeds } from './seed-pool.ts';
import type { SeedTask } from './seed-task.ts';
import { SeedTotals } from './seed-totals.ts';

test('threads run seeds, twice where that is asked for, and go on when one of them fails', {
  timeout: 120_000,
}, async () => {
  const tasks: SeedTask[] = [
    { seed: 1, topology: 'stateless', isTwice: true, guarantee: null },
    { seed: 2, topology: 'nothing', isTwice: false, guarantee: null },
    { seed: 3, topology: 'stateless', isTwice: false, guarantee: null },
  ];
  const told: unknown[] = [];
  await runSeeds(tasks, {
    workers: 1,
    modules: [],
    onOutcome: ({ seed }, outcome) =>
      told.push('error' in outcome ? [seed, 'failed'] : [seed, outcome.report.violations, outcome.isRepeated]),
  });
  expect(told).toEqual([
    [1, [], true],
    [2, 'failed'],
    [3, [], true],
  ]);
});

test('what never happened in a thousand seeds is named, and is a failure', () => {
  const counts = new Map(expectedCounts.filter((name) => name !== 'fault zombie').map((name) => [name, 1] as const));
  const totals = new SeedTotals(0);
  totals.add({ counts, records: 1 });
  totals.passed = 999;
  expect(totals.neverMet).toEqual([]);
  totals.passed = 1_000;
  expect(totals.neverMet).toEqual(['fault zombie']);
  expect(totals.lines(1_000)).toContain('    never  fault zombie');
});

test('the seeds of a commit are its own, and always the same', () => {
  expect(seedsOf('0000000affff', 3)).toEqual([1_000_010, 1_000_011, 1_000_012]);
  expect(seedsOf('0000000affff', 3)).toEqual(seedsOf('0000000a', 3));
  expect(seedsOf('unknown', 1)).toEqual([1_000_000]);
});
