import { advance } from '../../src/payments/correlation/correlation.ts';
import { newPayment } from '../../src/payments/correlation/payment.ts';
import type { Effect, PaymentEvent } from '../../src/payments/correlation/payment-event.ts';
import type { PaymentState } from '../../src/payments/generated/avro-types.ts';
import {
  coreCompleted,
  coreProcessing,
  fraudAnalysis,
  paymentRequest,
  requestedAt,
  revenueValidation,
} from './samples.ts';
import { timing } from './timing.ts';

const id = 'TXN-20240902-001';

export const request = (afterMs = 0, problems: readonly string[] = []): PaymentEvent => ({
  kind: 'request',
  at: requestedAt + afterMs,
  submitted: { problems, request: paymentRequest() },
});
export const fraud = (afterMs = 67, change = {}): PaymentEvent => ({
  kind: 'fraud',
  at: requestedAt + afterMs,
  answer: fraudAnalysis(change),
});
export const revenue = (afterMs = 50, change = {}): PaymentEvent => ({
  kind: 'revenue',
  at: requestedAt + afterMs,
  answer: revenueValidation(change),
});
export const core = (afterMs = 156, change = {}): PaymentEvent => ({
  kind: 'core',
  at: requestedAt + afterMs,
  answer: coreProcessing(change),
});
export const completed = (afterMs = 300, change = {}): PaymentEvent => ({
  kind: 'core',
  at: requestedAt + afterMs,
  answer: coreCompleted(change),
});
export const released = (afterMs: number, attempt: number): PaymentEvent =>
  core(afterMs, { coreStatus: 'RELEASED', attempt });
export const due = (afterMs: number): PaymentEvent => ({ kind: 'due', at: requestedAt + afterMs });

export const refused = { decision: 'DECLINED', reasons: ['INSUFFICIENT_FUNDS'] };

/** One line an effect. */
const brief = (effect: Effect): string => {
  switch (effect.kind) {
    case 'confirm':
      return [effect.finalStatus, ...effect.reasons].join(' ');
    case 'command':
      return `${effect.command} ${effect.attempt}`;
    case 'audit':
      return effect.type;
    case 'deadLetter':
      return `to people: ${effect.reason}`;
  }
};

export const run = (
  ...events: readonly PaymentEvent[]
): { payment: PaymentState; effects: Effect[]; told: string[] } => {
  let payment = newPayment(id, events[0]?.at ?? 0);
  const effects: Effect[] = [];
  for (const event of events) {
    const step = advance(payment, event, timing);
    payment = step.payment;
    effects.push(...step.effects);
  }
  return { payment, effects, told: effects.map(brief) };
};

export const proceed = [request(), fraud(), revenue(), core()];
export const debits = ['BALANCE_DEBITED', 'BALANCE_CREDITED'];
