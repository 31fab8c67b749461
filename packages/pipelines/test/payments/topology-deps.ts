import { createSecretKey } from 'node:crypto';
import { avroSerdes, inMemorySchemaSource } from '@millrace/stream-core/avro';
import type { PaymentsConfig } from '../../src/payments/config.ts';
import { paymentsConfig } from '../../src/payments/config.ts';
import type { SimulatorDeps } from '../../src/payments/deps.ts';
import { paymentsSerdes } from '../../src/payments/messages.ts';
import type { OutsideWorld } from '../../src/payments/simulator/outside-world.ts';

/** The key of the tokens in tests. */
export const hmacKey = createSecretKey(Buffer.from('a key for tests and nothing else'));

/** How long every simulated system works in tests, in event time. */
export const processingMs = 40;

/** An outside where nothing goes wrong, except for what a test says. */
export const outsideWorld = (change: Partial<OutsideWorld> = {}): OutsideWorld => ({
  processingMs: () => processingMs,
  fateOf: () => 'none',
  lateByMs: () => 6_000,
  isLost: () => false,
  isFraudDown: () => false,
  ...change,
});

/** What topologies are made of in tests: schemas at hand, and one partition where it matters. */
export const topologyDeps = (
  change: Partial<PaymentsConfig> = {},
  world: OutsideWorld = outsideWorld(),
): SimulatorDeps => ({
  serdes: paymentsSerdes(avroSerdes({ source: inMemorySchemaSource() })),
  config: paymentsConfig({ hmacKey, partitionsDivisor: 100, ...change }),
  world,
});
