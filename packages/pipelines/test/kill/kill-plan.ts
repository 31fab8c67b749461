import { seededChance } from '@millrace/stream-core';
import type { KillOptions } from './kill-options.ts';

/** A payments process is killed, and comes back after a while. */
export interface PlannedKill {
  /** From the begin of the load. */
  readonly atMs: number;
  readonly process: number;
  readonly downMs: number;
}

/** The broker is stopped, and comes back after a while. */
export interface PlannedRestart {
  readonly atMs: number;
  readonly isKill: boolean;
  readonly downMs: number;
}

/** Everything that is done to the servers and processes of a run. */
export interface KillPlan {
  readonly kills: readonly PlannedKill[];
  readonly restarts: readonly PlannedRestart[];
}

/** How many payments processes there are. */
export const processCount = 3;

// Half of the processes are back at once, and the others may stay away until somebody has taken over.
const awayShare = 0.5;
const processDownMaxMs = 10_000;
const brokerDownMaxMs = 4_000;

// Of the load, so that something is under way at the first and that nothing is left to be done after the last.
const [firstAt, lastAt] = [0.06, 0.97];

/** One moment in each of `count` spans of equal length. */
const moments = (count: number, durationMs: number, chance: () => number): number[] =>
  Array.from({ length: count }, (_, index) => {
    const share = firstAt + ((index + chance()) / count) * (lastAt - firstAt);
    return Math.floor(share * durationMs);
  });

/** Who is killed when: a function of the seed. */
export const killPlan = ({ kills, brokerRestarts, minutes, seed }: KillOptions): KillPlan => {
  const chance = seededChance(seed);
  const durationMs = minutes * 60_000;
  return {
    kills: moments(kills, durationMs, chance).map((atMs) => ({
      atMs,
      process: Math.floor(chance() * processCount),
      downMs: chance() < awayShare ? Math.floor(chance() * processDownMaxMs) : 0,
    })),
    restarts: moments(brokerRestarts, durationMs, chance).map((atMs, index) => ({
      atMs,
      isKill: index % 2 === 0,
      downMs: Math.floor(chance() * brokerDownMaxMs),
    })),
  };
};
