import type { Chance } from '../../../src/common/chance.ts';
import { serdes } from '../../../src/serdes/serdes.ts';
import type { SimulatedRegistry } from '../../../src/testing/simulation/simulated-registry.ts';
import type { FedRecord } from '../../../src/testing/simulation/simulation.ts';

export const text = { key: serdes.string(), value: serdes.string() };

/** Text whose values cannot be read before a registry was asked. */
export const registeredText = (registry: SimulatedRegistry): typeof text => ({
  key: text.key,
  value: registry.serde(text.value),
});

/** So many records a step: 110 steps give more than 2,000. */
const recordsAStep = 20;
const startMs = 1_000_000;

/** The time of a step, as records have it. */
export const timeOf = (step: number): number => startMs + step * 100;

/** Records of one step: each has a number of its own. */
export const numbered = (step: number, make: (number: number) => FedRecord): FedRecord[] =>
  Array.from({ length: recordsAStep }, (_, index) => make(step * recordsAStep + index));

export const oneOf = (chance: Chance, count: number): number => Math.floor(chance() * count);
