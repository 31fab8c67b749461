/** Percentiles of some times, in ms. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The percentiles of times: the smallest that at least so many percent do not exceed. */
export const percentiles = (times: readonly number[]): Percentiles => {
  const sorted = Float64Array.from(times).sort();
  const at = (percent: number): number => sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
  return { count: sorted.length, p50: at(50), p90: at(90), p95: at(95), p99: at(99), max: at(100) };
};
