import type {
  KeyValueStore,
  Processor,
  ProcessorContext,
  StoreBuilder,
  StreamRecord,
  WindowStore,
} from '@millrace/stream-core';
import { serdes as plainSerdes, stores } from '@millrace/stream-core';
import { IdentityStore, identityStore } from '../../shared/identity-store.ts';
import type { FraudAssessment, FraudCase, FraudProfile, PaymentRequest } from '../generated/avro-types.ts';
import type { PaymentsSerdes } from '../messages.ts';
import type { Velocity } from './scoring.ts';
import { assess, withPayment } from './scoring.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The stores of the builtin rules. */
export interface FraudStores {
  /** By payer. */
  readonly profiles: StoreBuilder<KeyValueStore<string, FraudProfile>>;
  /** Amounts in cents, by payer and time. */
  readonly recent: StoreBuilder<WindowStore<string, bigint>>;
  /** By payer and transactionId, so that a request that comes again is not another payment. */
  readonly assessments: StoreBuilder<WindowStore<string, FraudAssessment>>;
}

export interface FraudOptions {
  readonly stores: FraudStores;
  readonly identityMs: number;
}

/** Describes the stores of the builtin rules. */
export const fraudStores = (serdes: PaymentsSerdes, identityMs: number): FraudStores => {
  const { key } = serdes;
  return {
    profiles: stores.keyValueStore({ name: 'fraud-profiles', key, value: serdes.fraudProfile }),
    recent: stores.windowStore({
      name: 'fraud-recent-payments',
      key,
      value: plainSerdes.bigint(),
      // A minute more than is looked at, for what comes out of order.
      retention: hourMs + minuteMs,
      windowSize: 1,
      retainDuplicates: true,
    }),
    assessments: identityStore({ name: 'fraud-assessments', key, value: serdes.fraudAssessment, identityMs }),
  };
};

/** Assesses each payment against what the payer did before; the cases leave under the key of the request. */
export class AssessmentProcessor implements Processor<string | null, PaymentRequest, string, FraudCase> {
  readonly #options: FraudOptions;
  #context: ProcessorContext<string, FraudCase> | null = null;
  #profiles: KeyValueStore<string, FraudProfile> | null = null;
  #recent: WindowStore<string, bigint> | null = null;
  #assessments: IdentityStore<FraudAssessment> | null = null;

  constructor(options: FraudOptions) {
    this.#options = options;
  }

  init(context: ProcessorContext<string, FraudCase>): void {
    const { stores: own, identityMs } = this.#options;
    this.#context = context;
    this.#profiles = context.getStateStore(own.profiles);
    this.#recent = context.getStateStore(own.recent);
    this.#assessments = new IdentityStore(context.getStateStore(own.assessments), identityMs);
  }

  process({ value: request, timestamp, headers }: StreamRecord<string | null, PaymentRequest>): void {
    const { transactionId, fromMsisdn } = request;
    const id = `${fromMsisdn}/${transactionId}`;
    let assessment = this.#assessments?.find(id, timestamp)?.value;
    if (assessment === undefined) {
      assessment = this.#assess(request, timestamp);
      this.#assessments?.put(id, { since: timestamp, value: assessment });
    }
    this.#context?.forward({ key: fromMsisdn, value: { request, assessment }, timestamp, headers });
  }

  #assess(request: PaymentRequest, at: number): FraudAssessment {
    const { fromMsisdn, amount } = request;
    const profile = this.#profiles?.get(fromMsisdn) ?? null;
    const view = { request, at, profile, ...this.#velocities(fromMsisdn, amount, at) };
    this.#profiles?.put(fromMsisdn, withPayment(profile, request));
    this.#recent?.put(fromMsisdn, amount, at);
    return assess(view);
  }

  /** What the payer sent in the minute and in the hour that end now, this payment included. */
  #velocities(payer: string, amount: bigint, at: number): { lastMinute: Velocity; lastHour: Velocity } {
    const minute = { count: 1, amount };
    const hour = { count: 1, amount };
    for (const { start, value } of this.#recent?.fetch(payer, at - hourMs + 1, at) ?? []) {
      hour.count++;
      hour.amount += value;
      if (start <= at - minuteMs) continue;
      minute.count++;
      minute.amount += value;
    }
    return { lastMinute: minute, lastHour: hour };
  }
}
