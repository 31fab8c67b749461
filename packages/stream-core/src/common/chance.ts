/** Chance as a dependency: a number in [0, 1) a call. */
export type Chance = () => number;

/** The machine's own chance. This file alone may name it. */
export const systemChance: Chance = () => Math.random();

/** A reproducible sequence from a 32-bit seed (mulberry32): the same seed gives the same numbers on every machine. */
export const seededChance = (seed: number): Chance => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
};
