import type { Timing } from '../../src/payments/correlation/payment-event.ts';

/** The times of the seed, for tests. */
export const timing: Timing = {
  answerTimeoutMs: 5_000,
  commandTimeoutMs: 5_000,
  commandAttemptsMax: 3,
  identityMs: 86_400_000,
};
