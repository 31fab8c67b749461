import type { Serde } from '../serdes/serde.ts';

/**
 * Whether the bytes of a key can stand for the next one that is equal to it. An object may be changed by who has it, and
 * of numbers 0 and -0 are equal.
 */
export const isRepeatable = <K>(serde: Serde<K>, key: K): boolean =>
  serde.canonical === true && typeof key === 'string';
