import type { CommittedReader } from '../committed-reader.ts';
import type { StartedRun } from '../disturb.ts';

/** What checkers look at when a simulation is over. */
export interface FinishedRun extends StartedRun {
  readonly reader: CommittedReader;
}

/** Gives every violation as a sentence. */
export type Checker = (run: FinishedRun) => readonly string[];

/** At most so many violations of a kind are told one by one. */
const toldMax = 5;

/** The first ones of a long list, and how many more there are. */
export const firstFew = (violations: readonly string[]): string[] => [
  ...violations.slice(0, toldMax),
  ...(violations.length > toldMax ? [`... and ${violations.length - toldMax} more of that kind`] : []),
];
