import { describe, expect, test } from 'vitest';
import { coreProcessing, fraudAnalysis, revenueValidation } from '../../../test/payments/samples.ts';
import { decide } from './decision.ts';

const approved = { fraud: fraudAnalysis(), revenue: revenueValidation(), core: coreProcessing() };
const declined = {
  fraud: fraudAnalysis({ decision: 'DECLINED' }),
  revenue: revenueValidation({ decision: 'DECLINED', reasons: ['INSUFFICIENT_FUNDS'] }),
  core: coreProcessing({ coreStatus: 'FAILED', reason: 'INSUFFICIENT_FUNDS' }),
};
const silent = { fraud: null, revenue: null, core: null };

test('APPROVED, APPROVED, RESERVED proceeds', () => {
  expect(decide(approved)).toEqual({ kind: 'PROCEED' });
});

describe('DECLINED or FAILED rejects, whatever the others say', () => {
  test.each([
    ['fraud', 'FRAUD_DECLINED'],
    ['revenue', 'REVENUE_INSUFFICIENT_FUNDS'],
    ['core', 'CORE_INSUFFICIENT_FUNDS'],
  ] as const)('%s', (system, reason) => {
    for (const others of [approved, silent]) {
      expect(decide({ ...others, [system]: declined[system] })).toEqual({ kind: 'REJECT', reasons: [reason] });
    }
  });
});

test('every reason that is known is given', () => {
  const revenue = revenueValidation({ decision: 'DECLINED', reasons: ['DAILY_LIMIT', 'INSUFFICIENT_FUNDS'] });
  expect(decide({ ...declined, revenue })).toEqual({
    kind: 'REJECT',
    reasons: ['FRAUD_DECLINED', 'REVENUE_DAILY_LIMIT', 'REVENUE_INSUFFICIENT_FUNDS', 'CORE_INSUFFICIENT_FUNDS'],
  });
});

test('a core that gives no reason is one', () => {
  const core = coreProcessing({ coreStatus: 'FAILED', reason: null });
  expect(decide({ ...approved, core })).toEqual({ kind: 'REJECT', reasons: ['CORE_FAILED'] });
});

test('a revenue that gives no reason is one', () => {
  const revenue = revenueValidation({ decision: 'DECLINED', reasons: [] });
  expect(decide({ ...approved, revenue })).toEqual({ kind: 'REJECT', reasons: ['REVENUE_DECLINED'] });
});

test.each(['fraud', 'revenue', 'core'] as const)('without %s it waits', (system) => {
  expect(decide({ ...approved, [system]: null })).toEqual({ kind: 'WAIT' });
});
