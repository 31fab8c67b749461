import type { OpenPayment } from './open-payment.ts';
import { parts } from './open-payment.ts';
import type { PaymentConfirmation, PaymentSerdes } from './payment-messages.ts';

/** Why a payment is not made. */
export interface Refusal {
  readonly reason: 'FRAUD' | 'REVENUE' | 'CORE' | 'TIMEOUT';
  readonly reasons: readonly string[];
}

/** The refusal of a payment that lacked an answer for too long. */
export const timedOut: Refusal = { reason: 'TIMEOUT', reasons: ['NO_ANSWER'] };

/** Decides payments on the bytes that came in: nothing is decoded before a decision needs it. */
export class PaymentDecision {
  readonly #serdes: PaymentSerdes;

  constructor(serdes: PaymentSerdes) {
    this.#serdes = serdes;
  }

  /** What the message that came last says no to: an answer, or a request that came behind its answers. */
  refusal(payment: OpenPayment, kind: number): Refusal | null {
    if (kind !== parts.request) return this.#refusalBy(payment, kind);
    return (
      this.#refusalBy(payment, parts.fraud) ??
      this.#refusalBy(payment, parts.revenue) ??
      this.#refusalBy(payment, parts.core)
    );
  }

  /** The confirmation of a payment whose request has come. */
  confirmation(
    transactionId: string,
    payment: OpenPayment,
    refusal: Refusal | null,
  ): Omit<PaymentConfirmation, 'decidedAt'> {
    const { request, fraud, revenue, core } = this.#serdes;
    const [requestBytes = null, fraudBytes = null, revenueBytes = null, coreBytes = null] = payment.received;
    if (requestBytes === null) throw new RangeError(`payment ${transactionId} is decided before its request has come`);
    const asked = request.deserialize(requestBytes, '', []);
    return {
      transactionId,
      outcome: refusal === null ? 'PROCEED' : 'REJECT',
      reason: refusal === null ? null : refusal.reason,
      fromMsisdn: asked.fromMsisdn,
      toMsisdn: asked.toMsisdn,
      amount: asked.amount,
      currency: asked.currency,
      feeAmount: revenueBytes === null ? null : revenue.deserialize(revenueBytes, '', []).feeAmount,
      riskScore: fraudBytes === null ? null : fraud.deserialize(fraudBytes, '', []).riskScore,
      reservationId: coreBytes === null ? null : core.deserialize(coreBytes, '', []).reservationId,
      reasons: refusal === null ? [] : refusal.reasons,
      requestedAt: asked.requestedAt,
    };
  }

  #refusalBy({ received }: OpenPayment, kind: number): Refusal | null {
    const bytes = received[kind] ?? null;
    if (bytes === null) return null;
    if (kind === parts.fraud) {
      const { decision, reasons } = this.#serdes.fraud.deserialize(bytes, '', []);
      return decision === 'REJECTED' ? { reason: 'FRAUD', reasons } : null;
    }
    if (kind === parts.revenue) {
      const { decision, reasons } = this.#serdes.revenue.deserialize(bytes, '', []);
      return decision === 'REJECTED' ? { reason: 'REVENUE', reasons } : null;
    }
    const { status, reasons } = this.#serdes.core.deserialize(bytes, '', []);
    return status === 'FAILED' ? { reason: 'CORE', reasons } : null;
  }
}
