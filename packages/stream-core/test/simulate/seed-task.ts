import type { ProcessingGuarantee } from '../../src/config/streams-config.ts';
import type { SimulationReport } from '../../src/testing/simulation/run-simulation.ts';

/** A seed to run. */
export interface SeedTask {
  readonly seed: number;
  /** The name of the simulation. */
  readonly topology: string;
  /** Whether it is run once more, to compare the traces. */
  readonly isTwice: boolean;
  /** Null: drawn from the seed. */
  readonly guarantee: ProcessingGuarantee | null;
}

/** What came of a seed. */
export interface SeedAnswer {
  readonly report: SimulationReport;
  /** False when the second run had another trace. */
  readonly isRepeated: boolean;
}
