import type { PaymentsConfig } from './config.ts';
import type { PaymentsSerdes } from './messages.ts';
import type { OutsideWorld } from './simulator/outside-world.ts';

/** What the topologies of the pipeline are made of. */
export interface PaymentsDeps {
  readonly serdes: PaymentsSerdes;
  readonly config: PaymentsConfig;
}

/** What the topologies of the simulated systems are made of. */
export interface SimulatorDeps extends PaymentsDeps {
  readonly world: OutsideWorld;
}
