import type { Serde } from '../../serdes/serde.ts';

/** Something outside that serdes ask before they read, such as a schema registry. */
export interface SimulatedRegistry {
  /** A serde that asks now and then, and is the given one in all else. */
  serde<T>(serde: Serde<T>): Serde<T>;
}

/** Where nothing has to be asked. */
export const noRegistry: SimulatedRegistry = { serde: (serde) => serde };
