import type {
  KeyValueStore,
  Processor,
  ProcessorContext,
  StoreBuilder,
  StreamRecord,
  WindowStore,
} from '@millrace/stream-core';
import { stores } from '@millrace/stream-core';
import { DueTimes } from '../../shared/due-times.ts';
import { IdentityStore, identityStore } from '../../shared/identity-store.ts';
import type { PaymentState } from '../generated/avro-types.ts';
import type { PaymentsSerdes } from '../messages.ts';
import { advance } from './correlation.ts';
import type { Output, OutputOptions } from './outputs.ts';
import { outputsOf } from './outputs.ts';
import { identifiedAt, newPayment } from './payment.ts';
import type { PaymentEvent, PaymentNews, Timing } from './payment-event.ts';

// How often deadlines are looked at, in event time.
const deadlineCheckMs = 100;

/** The name of the store of payments that something still has to happen to. */
export const openPaymentsStore = 'open-payments';

/** The stores of the correlation. */
export interface CorrelationStores {
  /** Payments that something still has to happen to, by transactionId. */
  readonly open: StoreBuilder<KeyValueStore<string, PaymentState>>;
  /** Payments that are done, by transactionId and the time of their request, until their id may be used again. */
  readonly closed: StoreBuilder<WindowStore<string, PaymentState>>;
}

/** Describes the stores of the correlation. */
export const correlationStores = ({ key, payment }: PaymentsSerdes, { identityMs }: Timing): CorrelationStores => ({
  open: stores.keyValueStore({ name: openPaymentsStore, key, value: payment }),
  closed: identityStore({ name: 'closed-payments', key, value: payment, identityMs }),
});

export interface CorrelationOptions extends Timing, OutputOptions {
  readonly stores: CorrelationStores;
}

/**
 * Brings together what is known of each payment and does what follows from it; `advance` decides what that is. Here are
 * only the stores, the time, and the messages.
 */
export class CorrelationProcessor implements Processor<string, PaymentNews, string, Output> {
  readonly #options: CorrelationOptions;
  readonly #deadlines = new DueTimes<string>();
  #context: ProcessorContext<string, Output> | null = null;
  #open: KeyValueStore<string, PaymentState> | null = null;
  #closed: IdentityStore<PaymentState> | null = null;

  constructor(options: CorrelationOptions) {
    this.#options = options;
  }

  init(context: ProcessorContext<string, Output>): void {
    const { identityMs, stores: own } = this.#options;
    this.#context = context;
    this.#open = context.getStateStore(own.open);
    this.#closed = new IdentityStore(context.getStateStore(own.closed), identityMs);
    for (const { value } of this.#open.all()) this.#watch(value);
    context.schedule(deadlineCheckMs, 'stream_time', (now) => this.#expire(now));
  }

  process({ key, value, timestamp }: StreamRecord<string, PaymentNews>): void {
    this.#apply(this.#find(key, timestamp), { ...value, at: timestamp });
  }

  #expire(now: number): void {
    for (const transactionId of this.#deadlines.take(now)) {
      const payment = this.#open?.get(transactionId) ?? null;
      if (payment !== null) this.#apply(payment, { kind: 'due', at: now });
    }
  }

  #find(transactionId: string, at: number): PaymentState {
    const known = this.#open?.get(transactionId) ?? this.#closed?.find(transactionId, at)?.value;
    return known ?? newPayment(transactionId, at);
  }

  #apply(before: PaymentState, event: PaymentEvent): void {
    const { payment, effects } = advance(before, event, this.#options);
    if (payment !== before) this.#keep(before, payment);
    for (const effect of effects) {
      for (const output of outputsOf(effect, this.#options)) {
        this.#context?.forward({ key: output.key, value: output, timestamp: effect.at, headers: [] });
      }
    }
  }

  #keep(before: PaymentState, payment: PaymentState): void {
    if (payment.phase !== 'CLOSED') {
      this.#open?.put(payment.transactionId, payment);
      if (payment.deadlineAt !== before.deadlineAt) this.#watch(payment);
      return;
    }
    if (before.phase !== 'CLOSED') this.#open?.delete(payment.transactionId);
    this.#closed?.put(payment.transactionId, { since: identifiedAt(payment), value: payment });
  }

  #watch({ deadlineAt, transactionId }: PaymentState): void {
    if (deadlineAt !== null) this.#deadlines.add(deadlineAt, transactionId);
  }
}
