import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatKsh } from '../../shared/money.ts';
import { openingBalance, tierOf } from '../accounts.ts';
import { nairobiDay } from '../nairobi-time.ts';
import { smsText } from '../sms-text.ts';
import { feeFor } from '../tariff.ts';
import { dailyLimitOf, dayOf, kshOf, openingOf, smsTimeOf, tariffOf } from './rules.ts';

// The rules are written down twice, and must say the same.

const cents = fc.bigInt({ min: 0n, max: 20_000_000n });
const edges = [100, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 35_000].map((shillings) => BigInt(shillings) * 100n);
const msisdn = fc.integer({ min: 0, max: 999_999_999 }).map((digits) => `254${String(digits).padStart(9, '0')}`);
const time = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });

test('fees', () => {
  for (const edge of edges) for (const by of [-1n, 0n, 1n]) expect(tariffOf(edge + by)).toBe(feeFor(edge + by));
  fc.assert(fc.property(cents, (amount) => void expect(tariffOf(amount)).toBe(feeFor(amount))));
});

test('accounts', () => {
  fc.assert(
    fc.property(msisdn, (account) => {
      expect(openingOf(account)).toBe(openingBalance(account));
      expect(dailyLimitOf(account)).toBe(tierOf(account).dailyLimit);
    }),
  );
});

test('amounts, times and days', () => {
  fc.assert(
    fc.property(cents, time, (amount, at) => {
      expect(kshOf(amount)).toBe(formatKsh(amount));
      expect(kshOf(-amount)).toBe(formatKsh(-amount));
      expect(dayOf(at)).toBe(nairobiDay(at));
      const payment = {
        finalStatus: 'REJECTED',
        fromMsisdn: '',
        toMsisdn: 'X',
        amount,
        fee: 0n,
        newBalance: null,
      } as const;
      expect(smsText({ ...payment, completionTime: at }, 0)).toContain(` on ${smsTimeOf(at)}.`);
    }),
  );
});
