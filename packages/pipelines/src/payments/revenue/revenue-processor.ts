import type {
  KeyValueStore,
  Processor,
  ProcessorContext,
  StoreBuilder,
  StreamRecord,
  WindowStore,
} from '@millrace/stream-core';
import { stores } from '@millrace/stream-core';
import { IdentityStore, identityStore } from '../../shared/identity-store.ts';
import type { RevenueAccount, RevenueOperation, RevenuePayment, RevenueValidation } from '../generated/avro-types.ts';
import type { PaymentsSerdes } from '../messages.ts';
import { nairobiDay } from '../nairobi-time.ts';
import { credit, openRevenueAccount, settle, validate } from './revenue-account.ts';

/** The stores of revenue. */
export interface RevenueStores {
  /** By MSISDN. */
  readonly accounts: StoreBuilder<KeyValueStore<string, RevenueAccount>>;
  /** By payer and transactionId. */
  readonly payments: StoreBuilder<WindowStore<string, RevenuePayment>>;
}

export interface RevenueOptions {
  readonly stores: RevenueStores;
  readonly identityMs: number;
}

/** Describes the stores of revenue. */
export const revenueStores = (serdes: PaymentsSerdes, identityMs: number): RevenueStores => ({
  accounts: stores.keyValueStore({ name: 'revenue-accounts', key: serdes.key, value: serdes.revenueAccount }),
  payments: identityStore({ name: 'revenue-payments', key: serdes.key, value: serdes.revenuePayment, identityMs }),
});

// With the payer: two payers may use one transactionId, and neither may settle what is held for the other.
const paymentOf = (payer: string, transactionId: string): string => `${payer}/${transactionId}`;

/** Works on one account at a time; the answers leave under their transactionId. */
export class RevenueProcessor implements Processor<string, RevenueOperation, string, RevenueValidation> {
  readonly #options: RevenueOptions;
  #context: ProcessorContext<string, RevenueValidation> | null = null;
  #accounts: KeyValueStore<string, RevenueAccount> | null = null;
  #payments: IdentityStore<RevenuePayment> | null = null;

  constructor(options: RevenueOptions) {
    this.#options = options;
  }

  init(context: ProcessorContext<string, RevenueValidation>): void {
    const { stores: own, identityMs } = this.#options;
    this.#context = context;
    this.#accounts = context.getStateStore(own.accounts);
    this.#payments = new IdentityStore(context.getStateStore(own.payments), identityMs);
  }

  process({ key: msisdn, value: operation, timestamp: at }: StreamRecord<string, RevenueOperation>): void {
    const account = this.#accounts?.get(msisdn) ?? openRevenueAccount(msisdn, nairobiDay(at));
    const { type, amount } = operation;
    if (type === 'VALIDATE') this.#validate({ msisdn, account, operation, at });
    else if (type === 'SETTLE') this.#settle({ msisdn, account, operation, at });
    else this.#accounts?.put(msisdn, credit(account, amount));
  }

  #validate({ msisdn, account, operation, at }: Work): void {
    const { transactionId, amount } = operation;
    const id = paymentOf(msisdn, transactionId);
    const known = this.#payments?.find(id, at) ?? null;
    const request = { transactionId, payer: msisdn, amount, day: nairobiDay(at) };
    const { account: after, payment, answer } = validate(account, known?.value ?? null, request);
    this.#accounts?.put(msisdn, after);
    this.#payments?.put(id, { since: known?.since ?? at, value: payment });
    this.#context?.forward({ key: transactionId, value: answer, timestamp: at, headers: [] });
  }

  #settle({ msisdn, account, operation, at }: Work): void {
    const { transactionId, outcome } = operation;
    const id = paymentOf(msisdn, transactionId);
    const known = this.#payments?.find(id, at) ?? null;
    const { account: after, payment } = settle(account, known?.value ?? null, outcome ?? 'FAILED');
    if (after !== account) this.#accounts?.put(msisdn, after);
    this.#payments?.put(id, { since: known?.since ?? at, value: payment });
  }
}

interface Work {
  readonly msisdn: string;
  readonly account: RevenueAccount;
  readonly operation: RevenueOperation;
  readonly at: number;
}
