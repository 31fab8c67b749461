import { expectedCounts } from '../../src/testing/simulation/expected-counts.ts';
import type { SimulationReport } from '../../src/testing/simulation/run-simulation.ts';

/** From so many seeds on everything that can happen must have happened. */
const seedsOfAll = 1_000;

/** Adds up what many seeds had. */
export class SeedTotals {
  readonly #counts = new Map<string, number>();
  readonly #startedMs: number;
  passed = 0;
  failed = 0;
  records = 0;

  constructor(startedMs: number) {
    this.#startedMs = startedMs;
  }

  get seeds(): number {
    return this.passed + this.failed;
  }

  add({ counts, records }: Pick<SimulationReport, 'counts' | 'records'>): void {
    for (const [name, count] of counts) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    this.records += records;
  }

  /** What should have happened in so many seeds, and never did. */
  get neverMet(): readonly string[] {
    if (this.seeds < seedsOfAll) return [];
    return expectedCounts.filter((name) => (this.#counts.get(name) ?? 0) === 0);
  }

  /** How far it is. */
  progress(all: number, nowMs: number): string {
    const seconds = ((nowMs - this.#startedMs) / 1_000).toFixed(0);
    return `${this.seeds} of ${all} seeds in ${seconds} s, ${this.failed} failed`;
  }

  /** How often each thing was met, and how long it took. */
  lines(nowMs: number): string[] {
    const seconds = (nowMs - this.#startedMs) / 1_000;
    const each = (seconds / Math.max(1, this.seeds)).toFixed(2);
    return [
      ...[...this.#counts]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, count]) => `${String(count).padStart(9)}  ${name}`),
      ...this.neverMet.map((name) => `    never  ${name}`),
      `${this.records} records in ${seconds.toFixed(1)} s, ${each} s a seed`,
    ];
  }
}
