import { formatKsh } from '../shared/money.ts';
import type { FinalStatus } from './generated/avro-enums.ts';
import type { PaymentConfirmation } from './generated/avro-types.ts';

/** What the text is made of. */
export type SmsContent = Omit<PaymentConfirmation, 'smsText' | 'confirmationRequired' | 'reasons' | 'transactionId'>;

const minuteMs = 60_000;

/** `2/9/24 at 2:30 PM`: day, month, year, and twelve hours. */
const spokenTime = (epochMs: number, utcOffsetMinutes: number): string => {
  const time = new Date(epochMs + utcOffsetMinutes * minuteMs);
  const year = (time.getUTCFullYear() % 100).toString().padStart(2, '0');
  const hour = time.getUTCHours() % 12 === 0 ? 12 : time.getUTCHours() % 12;
  const minute = time.getUTCMinutes().toString().padStart(2, '0');
  const half = time.getUTCHours() < 12 ? 'AM' : 'PM';
  return `${time.getUTCDate()}/${time.getUTCMonth() + 1}/${year} at ${hour}:${minute} ${half}`;
};

type Sentence = (payment: SmsContent, amount: string, when: string) => string;

const sentences: Readonly<Record<FinalStatus, Sentence>> = {
  COMPLETED: ({ toMsisdn, newBalance, fee }, amount, when) => {
    // A balance that core did not name is not made up.
    const balance = newBalance === null ? '' : ` New balance is ${formatKsh(newBalance)}.`;
    return `Confirmed. ${amount} sent to ${toMsisdn} on ${when}.${balance} Transaction cost ${formatKsh(fee)}.`;
  },
  REJECTED: ({ toMsisdn }, amount, when) => `Declined. ${amount} was not sent to ${toMsisdn} on ${when}.`,
  DECLINED: ({ toMsisdn }, amount, when) =>
    `Declined. ${amount} was not sent to ${toMsisdn} on ${when}: the service took too long. Please try again.`,
  FAILED: ({ toMsisdn }, amount, when) =>
    `Failed. ${amount} was not sent to ${toMsisdn} on ${when}. Nothing was taken from your account.`,
  IN_DOUBT: ({ toMsisdn }, amount, when) =>
    `Pending. ${amount} to ${toMsisdn} on ${when} is being checked. Please do not send it again.`,
};

/**
 * The SMS about a payment.
 *
 * @param utcOffsetMinutes of the time in the text; 0 gives that of the seed, Nairobi is 180
 */
export const smsText = (payment: SmsContent, utcOffsetMinutes: number): string =>
  sentences[payment.finalStatus](
    payment,
    formatKsh(payment.amount),
    spokenTime(payment.completionTime, utcOffsetMinutes),
  );
