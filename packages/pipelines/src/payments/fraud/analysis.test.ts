import { describe, expect, test } from 'vitest';
import { paymentRequest } from '../../../test/payments/samples.ts';
import { backupAnalysis, builtinAnalysis } from './analysis.ts';

const fraudCase = (score: number, change = {}) => ({
  request: paymentRequest(change),
  assessment: { score, riskFactors: ['NEW_DEVICE', 'UNUSUAL_TIME'] },
});

test('the builtin rules answer as in the seed', () => {
  expect(builtinAnalysis(fraudCase(23))).toEqual({
    transactionId: 'TXN-20240902-001',
    fraudScore: 0.23,
    decision: 'APPROVED',
    riskFactors: ['NEW_DEVICE', 'UNUSUAL_TIME'],
    processingTime: 0,
    fraudSystemId: 'FMS-BUILTIN',
  });
});

test('they decline from 0.7 on', () => {
  expect(builtinAnalysis(fraudCase(69)).decision).toBe('APPROVED');
  expect(builtinAnalysis(fraudCase(70)).decision).toBe('DECLINED');
});

describe('the conservative rules', () => {
  test('decline from 0.4 on, and say who they are', () => {
    expect(backupAnalysis(fraudCase(39), 2_000)).toMatchObject({
      decision: 'APPROVED',
      fraudSystemId: 'FMS-BACKUP',
      processingTime: 2_000,
    });
    expect(backupAnalysis(fraudCase(40), 0).decision).toBe('DECLINED');
  });

  test('let nothing above 20,000 pass', () => {
    expect(backupAnalysis(fraudCase(0, { amount: 2_000_000n }), 0).decision).toBe('APPROVED');
    expect(backupAnalysis(fraudCase(0, { amount: 2_000_001n }), 0)).toMatchObject({
      decision: 'DECLINED',
      fraudScore: 0.4,
      riskFactors: ['NEW_DEVICE', 'UNUSUAL_TIME', 'UNVERIFIED_AMOUNT'],
    });
  });
});
