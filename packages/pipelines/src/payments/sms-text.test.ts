import { describe, expect, test } from 'vitest';
import { smsText } from './sms-text.ts';

const payment = {
  finalStatus: 'COMPLETED',
  fromMsisdn: '254700123456',
  toMsisdn: '254711987654',
  amount: 500_000n,
  fee: 1_500n,
  newBalance: 1_998_500n,
  completionTime: Date.parse('2024-09-02T14:30:03Z'),
} as const;

test('a completed payment reads as in the seed', () => {
  expect(smsText(payment, 0)).toBe(
    'Confirmed. Ksh5,000.00 sent to 254711987654 on 2/9/24 at 2:30 PM. ' +
      'New balance is Ksh19,985.00. Transaction cost Ksh15.00.',
  );
});

test('a balance that core did not name is not made up', () => {
  expect(smsText({ ...payment, newBalance: null }, 0)).toBe(
    'Confirmed. Ksh5,000.00 sent to 254711987654 on 2/9/24 at 2:30 PM. Transaction cost Ksh15.00.',
  );
});

describe('the time', () => {
  test.each([
    ['2024-09-02T00:05:00Z', 0, '2/9/24 at 12:05 AM'],
    ['2024-09-02T12:00:00Z', 0, '2/9/24 at 12:00 PM'],
    ['2024-12-31T21:30:00Z', 180, '1/1/25 at 12:30 AM'],
    ['2009-01-09T23:59:59Z', 0, '9/1/09 at 11:59 PM'],
  ])('%s at %d minutes from UTC is %s', (time, offset, text) => {
    expect(smsText({ ...payment, completionTime: Date.parse(time) }, offset)).toContain(` on ${text}. `);
  });
});

test.each([
  ['REJECTED', 'Declined. Ksh5,000.00 was not sent to 254711987654 on 2/9/24 at 2:30 PM.'],
  [
    'DECLINED',
    'Declined. Ksh5,000.00 was not sent to 254711987654 on 2/9/24 at 2:30 PM: the service took too long. Please try again.',
  ],
  [
    'FAILED',
    'Failed. Ksh5,000.00 was not sent to 254711987654 on 2/9/24 at 2:30 PM. Nothing was taken from your account.',
  ],
  [
    'IN_DOUBT',
    'Pending. Ksh5,000.00 to 254711987654 on 2/9/24 at 2:30 PM is being checked. Please do not send it again.',
  ],
] as const)('a %s payment says so and names no balance', (finalStatus, text) => {
  expect(smsText({ ...payment, finalStatus, newBalance: null }, 0)).toBe(text);
});
