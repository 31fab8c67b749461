import { describe, expect, test } from 'vitest';

import { benchmarks } from './benchmarks.ts';
import { runBenchmark } from './run-benchmark.ts';

describe.each(benchmarks.map((benchmark) => [benchmark.question, benchmark] as const))('%s', (_question, benchmark) => {
  test('every contender runs and comes to the same result', async () => {
    const measurements = await runBenchmark(benchmark, { records: 200, runs: 1, warmups: 0 });
    expect(measurements.map(({ contender }) => contender)).toEqual(benchmark.contenders.map(({ name }) => name));
  });
});
