import { describe, test } from 'vitest';

import { expectPassed } from '../../../stream-core/test/simulate/expect-passed.ts';
import { freshSeeds } from '../../../stream-core/test/simulate/fresh-seeds.ts';
import { simulations } from './simulations.ts';

const [payments] = simulations;
if (payments === undefined) throw new Error('there is a simulation of payments');
const timeout = 120_000;
const fresh = freshSeeds(2);

test.each(['exactly_once_v2', 'at_least_once'] as const)('the books balance: %s', { timeout }, (guarantee) =>
  expectPassed(payments, { seed: 3, guarantee }),
);

describe(fresh.name, () => {
  test.each(fresh.seeds)('the books balance: seed %i', { timeout }, (seed) => expectPassed(payments, { seed }));
});

test.each([1, 5])('a payment that is settled in a store was confirmed as well: seed %i', { timeout }, (seed) =>
  expectPassed(payments, { seed, guarantee: 'at_least_once' }),
);

test('a time-out of an instance whose clock is finer than a millisecond: seed 485', { timeout }, () =>
  expectPassed(payments, { seed: 485 }),
);
