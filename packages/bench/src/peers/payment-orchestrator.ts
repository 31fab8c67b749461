import type { KeyValueStore, Processor, ProcessorContext, StoreBuilder, StreamRecord } from '@millrace/stream-core';
import type { OpenPayment } from './open-payment.ts';
import { isWhole, newPayment, parts } from './open-payment.ts';
import type { PaymentDecision, Refusal } from './payment-decision.ts';
import { timedOut } from './payment-decision.ts';
import type { PaymentConfirmation } from './payment-messages.ts';

const limitMs = 5_000;
const forgetMs = 60_000;
const checkMs = 500;

// Where the last byte of the schema id stands, and the id of requests; those of the answers follow.
const schemaIdAt = 4;
const requestSchemaId = 101;

/** The store of payments that are not done. */
export type OpenPayments = KeyValueStore<string, OpenPayment>;

/** Decides every payment once: when all have said yes, when one says no, or when an answer is missing for too long. */
export class PaymentOrchestrator implements Processor<string, Uint8Array, string, PaymentConfirmation> {
  readonly #builder: StoreBuilder<OpenPayments>;
  readonly #decision: PaymentDecision;
  #context: ProcessorContext<string, PaymentConfirmation> | null = null;
  #open: OpenPayments | null = null;
  /** When the payments in the store began. Nearly the oldest first: the topics are read in the order of time. */
  readonly #since = new Map<string, number>();
  /** Payments that have had their time, and are forgotten when nothing can come any more. */
  readonly #expired = new Map<string, number>();

  constructor(builder: StoreBuilder<OpenPayments>, decision: PaymentDecision) {
    this.#builder = builder;
    this.#decision = decision;
  }

  init(context: ProcessorContext<string, PaymentConfirmation>): void {
    this.#context = context;
    this.#open = context.getStateStore(this.#builder);
    for (const { key, value } of this.#open.all()) this.#since.set(key, value.since);
    context.schedule(checkMs, 'stream_time', (now) => this.#expire(now));
  }

  process({ key, value, timestamp }: StreamRecord<string, Uint8Array>): void {
    const kind = (value[schemaIdAt] as number) - requestSchemaId;
    const known = this.#open?.get(key) ?? null;
    const before = known ?? newPayment(timestamp);
    const since = kind === parts.request ? timestamp : before.since;
    if (known === null || since !== before.since) this.#since.set(key, since);
    const isLate = before.received[parts.request] !== null && timestamp > before.since + limitMs;
    const payment = { isDecided: before.isDecided, since, received: before.received.with(kind, value) };
    if (payment.isDecided || isLate || payment.received[parts.request] === null) this.#keep(key, payment);
    else this.#decide(key, payment, { kind, at: timestamp });
  }

  #decide(key: string, payment: OpenPayment, { kind, at }: { readonly kind: number; readonly at: number }): void {
    const refusal = this.#decision.refusal(payment, kind);
    if (refusal === null && !isWhole(payment)) this.#keep(key, payment);
    else this.#confirm(key, payment, { refusal, at });
  }

  #confirm(
    key: string,
    payment: OpenPayment,
    { refusal, at }: { readonly refusal: Refusal | null; readonly at: number },
  ): void {
    const value = { ...this.#decision.confirmation(key, payment, refusal), decidedAt: at };
    this.#context?.forward({ key, value, timestamp: at, headers: [] });
    this.#keep(key, { ...payment, isDecided: true });
  }

  #keep(key: string, payment: OpenPayment): void {
    const isDone = payment.isDecided && isWhole(payment);
    this.#open?.put(key, isDone ? null : payment);
    if (isDone) this.#forget(key);
  }

  #forget(key: string): void {
    this.#since.delete(key);
    this.#expired.delete(key);
  }

  #expire(now: number): void {
    for (const [key, since] of this.#since) {
      if (now <= since + limitMs) break;
      this.#since.delete(key);
      this.#expired.set(key, since);
      const payment = this.#open?.get(key) ?? null;
      if (payment === null || payment.isDecided || payment.received[parts.request] === null) continue;
      this.#confirm(key, payment, { refusal: timedOut, at: since + limitMs });
    }
    for (const [key, since] of this.#expired) {
      if (now <= since + forgetMs) break;
      this.#open?.put(key, null);
      this.#forget(key);
    }
  }
}
