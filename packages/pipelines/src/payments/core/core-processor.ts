import type {
  KeyValueStore,
  Processor,
  ProcessorContext,
  StoreBuilder,
  StreamRecord,
  WindowStore,
} from '@millrace/stream-core';
import { stores } from '@millrace/stream-core';
import type { Identified } from '../../shared/identity-store.ts';
import { IdentityStore, identityStore } from '../../shared/identity-store.ts';
import type {
  CoreAccount,
  CoreCredit,
  CoreLedgerEntry,
  CoreOperation,
  CoreProcessing,
  CoreReservation,
} from '../generated/avro-types.ts';
import type { PaymentsSerdes } from '../messages.ts';
import type { CoreResult, CoreWork } from './core-account.ts';
import { credit, execute, openCoreAccount, release, reserve } from './core-account.ts';

/** The stores of core. */
export interface CoreStores {
  /** By MSISDN. */
  readonly accounts: StoreBuilder<KeyValueStore<string, CoreAccount>>;
  /** By payer and transactionId. */
  readonly reservations: StoreBuilder<WindowStore<string, CoreReservation>>;
  /** By payee and transactionId. */
  readonly credits: StoreBuilder<WindowStore<string, CoreCredit>>;
}

export interface CoreOptions {
  readonly stores: CoreStores;
  readonly identityMs: number;
}

/** What an account says: to the orchestrator, to the journal, or to the account of the payee. */
export type CoreOutput =
  | { readonly kind: 'reply'; readonly value: CoreProcessing }
  | { readonly kind: 'posting'; readonly value: CoreLedgerEntry }
  | { readonly kind: 'credit'; readonly value: CoreOperation };

/** Describes the stores of core. */
export const coreStores = (serdes: PaymentsSerdes, identityMs: number): CoreStores => {
  const { key } = serdes;
  return {
    accounts: stores.keyValueStore({ name: 'core-accounts', key, value: serdes.coreAccount }),
    reservations: identityStore({ name: 'core-reservations', key, value: serdes.coreReservation, identityMs }),
    credits: identityStore({ name: 'core-credits-made', key, value: serdes.coreCredit, identityMs }),
  };
};

// With the account: two payers may use one transactionId, and neither may get at the money of the other by it.
const paymentOf = (account: string, { transactionId }: CoreOperation): string => `${account}/${transactionId}`;

const reserving = { RESERVE: reserve, EXECUTE: execute, RELEASE: release } as const;

/** Works on one account at a time, which is what locks it; everything it does can be asked for again. */
export class CoreProcessor implements Processor<string, CoreOperation, string, CoreOutput> {
  readonly #options: CoreOptions;
  #context: ProcessorContext<string, CoreOutput> | null = null;
  #accounts: KeyValueStore<string, CoreAccount> | null = null;
  #reservations: IdentityStore<CoreReservation> | null = null;
  #credits: IdentityStore<CoreCredit> | null = null;

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  init(context: ProcessorContext<string, CoreOutput>): void {
    const { stores: own, identityMs } = this.#options;
    this.#context = context;
    this.#accounts = context.getStateStore(own.accounts);
    this.#reservations = new IdentityStore(context.getStateStore(own.reservations), identityMs);
    this.#credits = new IdentityStore(context.getStateStore(own.credits), identityMs);
  }

  process({ key: msisdn, value: operation, timestamp: at }: StreamRecord<string, CoreOperation>): void {
    const account = this.#accounts?.get(msisdn) ?? openCoreAccount(msisdn);
    const work = { account, operation, at };
    const result = operation.type === 'CREDIT' ? this.#credit(work) : this.#reserving(operation.type, work);
    if (result.account !== account) this.#accounts?.put(msisdn, result.account);
    this.#send(result, at);
  }

  #reserving(type: keyof typeof reserving, work: CoreWork): CoreResult {
    const id = paymentOf(work.operation.fromMsisdn, work.operation);
    const known = this.#reservations?.find(id, work.at) ?? null;
    const result = reserving[type](work, known?.value ?? null);
    const value = result.reservation;
    if (value !== undefined) this.#reservations?.put(id, { since: since(known, work.at), value });
    return result;
  }

  #credit(work: CoreWork): CoreResult {
    const id = paymentOf(work.operation.toMsisdn, work.operation);
    const known = this.#credits?.find(id, work.at) ?? null;
    const result = credit(work, known?.value ?? null);
    const value = result.credit;
    if (value !== undefined) this.#credits?.put(id, { since: since(known, work.at), value });
    return result;
  }

  #send({ posting, reply, next }: CoreResult, timestamp: number): void {
    const forward = (key: string, value: CoreOutput) => this.#context?.forward({ key, value, timestamp, headers: [] });
    if (posting !== undefined) forward(posting.account, { kind: 'posting', value: posting });
    if (reply !== undefined) forward(reply.transactionId, { kind: 'reply', value: reply });
    if (next !== undefined) forward(next.toMsisdn, { kind: 'credit', value: next });
  }
}

const since = (known: Identified<unknown> | null, at: number): number => known?.since ?? at;
