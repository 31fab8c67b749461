import { Bench } from 'tinybench';
import type { Benchmark, Contender, Run } from './benchmark.ts';

/** What a contender took. */
export interface Measurement {
  readonly question: string;
  readonly contender: string;
  /** Microseconds a record: the median over the runs, and the spread between the fastest and the slowest of them. */
  readonly microseconds: number;
  readonly spreadPercent: number;
  readonly recordsPerSecond: number;
  readonly runs: number;
  /** The most that is acceptable; null where there is no target. */
  readonly target: number | null;
}

export interface RunOptions {
  /** @default the number of the benchmark */
  readonly records?: number;
  readonly runs: number;
  /** Runs that are not counted, so that the code is compiled by then. */
  readonly warmups: number;
}

const median = (samples: readonly number[]): number => {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Runs one contender: every run on input of its own, which is prepared outside of the measurement. */
const measure = async (contender: Contender, records: number, options: RunOptions): Promise<readonly number[]> => {
  let run: Run = { work: () => undefined, result: () => 0 };
  const results = new Set<number>();
  const bench = new Bench({
    time: 0,
    retainSamples: true,
    iterations: options.runs,
    warmup: options.warmups > 0,
    warmupTime: 0,
    warmupIterations: options.warmups,
  });
  const beforeEach = () => {
    run = contender.prepare(records);
  };
  const afterEach = () => {
    results.add(run.result());
  };
  bench.add(contender.name, async () => run.work(), { beforeEach, afterEach });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result === undefined || !('latency' in result)) {
    throw new Error(
      `${contender.name} failed: ${String(result !== undefined && 'error' in result ? result.error : 'no result')}`,
    );
  }
  if (results.size !== 1) throw new Error(`${contender.name} came to different results: ${[...results].join(', ')}`);
  agreed.add([...results][0] as number);
  return result.latency.samples ?? [result.latency.mean];
};

let agreed = new Set<number>();

/**
 * Measures all contenders of a benchmark.
 *
 * @throws Error when they do not come to the same result
 */
export const runBenchmark = async (benchmark: Benchmark, options: RunOptions): Promise<readonly Measurement[]> => {
  const { records = benchmark.records } = options;
  agreed = new Set();
  const measurements: Measurement[] = [];
  for (const contender of benchmark.contenders) {
    const samples = await measure(contender, records, options);
    const microseconds = (median(samples) * 1_000) / records;
    measurements.push({
      question: benchmark.question,
      contender: contender.name,
      microseconds,
      spreadPercent: (100 * (Math.max(...samples) - Math.min(...samples))) / median(samples),
      recordsPerSecond: 1_000_000 / microseconds,
      runs: samples.length,
      target: benchmark.targets?.[contender.name] ?? null,
    });
  }
  if (agreed.size !== 1) throw new Error(`${benchmark.question} the contenders disagree: ${[...agreed].join(', ')}`);
  return measurements;
};
