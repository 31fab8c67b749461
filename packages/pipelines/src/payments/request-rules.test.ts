import { expect, test } from 'vitest';
import { paymentRequest } from '../../test/payments/samples.ts';
import { brokenRules, keepsRules } from './request-rules.ts';

const request = paymentRequest();
const { fromMsisdn } = request;

test('the request of the seed keeps all rules', () => {
  expect(brokenRules(fromMsisdn, request)).toEqual([]);
  expect(keepsRules(fromMsisdn, request)).toBe(true);
});

test.each([
  ['TRANSACTION_ID_MISSING', fromMsisdn, { transactionId: '' }],
  ['KEY_MISSING', null, {}],
  ['KEY_IS_NOT_THE_PAYER', '254700123457', {}],
  ['PAYER_INVALID', '0700123456', { fromMsisdn: '0700123456' }],
  ['PAYEE_INVALID', fromMsisdn, { toMsisdn: '25471198765' }],
  ['PAYEE_INVALID', fromMsisdn, { toMsisdn: '2547119876545' }],
  ['PAYEE_IS_PAYER', fromMsisdn, { toMsisdn: fromMsisdn }],
  ['AMOUNT_NOT_POSITIVE', fromMsisdn, { amount: -100n }],
  ['AMOUNT_NOT_POSITIVE', fromMsisdn, { amount: 0n }],
  ['AMOUNT_TOO_LARGE', fromMsisdn, { amount: 1_000_000_000_001n }],
  ['CURRENCY_NOT_KES', fromMsisdn, { currency: 'USD' }],
  ['TYPE_NOT_P2P_TRANSFER', fromMsisdn, { transactionType: 'CASH_OUT' }],
] as const)('%s is named', (rule, key, change) => {
  expect(brokenRules(key, { ...request, ...change })).toEqual([rule]);
  expect(keepsRules(key, { ...request, ...change })).toBe(false);
});

test('all broken rules are named at once', () => {
  expect(brokenRules(null, { ...request, amount: -1n, currency: '' })).toEqual([
    'KEY_MISSING',
    'AMOUNT_NOT_POSITIVE',
    'CURRENCY_NOT_KES',
  ]);
});
