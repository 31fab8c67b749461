import type { KeyValueStore, Processor, ProcessorContext, StoreBuilder, StreamRecord } from '@millrace/stream-core';
import { stores } from '@millrace/stream-core';
import { DueTimes } from '../../shared/due-times.ts';
import type {
  FraudAnalysis,
  FraudBreaker,
  FraudBreakerEvent,
  FraudCase,
  PaymentRequest,
  PendingFraudCase,
} from '../generated/avro-types.ts';
import type { PaymentsSerdes } from '../messages.ts';
import { backupAnalysis } from './analysis.ts';
import type { BreakerRules } from './breaker.ts';
import { admit, answered, closedBreaker, unanswered } from './breaker.ts';

// How often unanswered cases are looked at, in event time.
const checkMs = 100;

// A task has one breaker.
const breakerKey = 'breaker';

/** The stores of the gateway. */
export interface GatewayStores {
  /** Cases that the external system was asked about, by transactionId. */
  readonly pending: StoreBuilder<KeyValueStore<string, PendingFraudCase>>;
  readonly breaker: StoreBuilder<KeyValueStore<string, FraudBreaker>>;
}

/** What comes to the gateway. */
export type GatewayInput =
  | { readonly kind: 'case'; readonly value: FraudCase }
  | { readonly kind: 'reply'; readonly value: FraudAnalysis };

/** What leaves the gateway: a question to the external system, an answer to the orchestrator, or news of the breaker. */
export type GatewayOutput =
  | { readonly kind: 'question'; readonly value: PaymentRequest }
  | { readonly kind: 'analysis'; readonly value: FraudAnalysis }
  | { readonly kind: 'breaker'; readonly value: FraudBreakerEvent };

/** Describes the stores of the gateway. */
export const gatewayStores = (serdes: PaymentsSerdes): GatewayStores => ({
  pending: stores.keyValueStore({ name: 'fraud-pending', key: serdes.key, value: serdes.pendingFraudCase }),
  breaker: stores.keyValueStore({ name: 'fraud-breaker', key: serdes.key, value: serdes.fraudBreaker }),
});

/** Asks the external fraud system, and answers itself by conservative rules where that does not. */
export class FraudGateway implements Processor<string, GatewayInput, string, GatewayOutput> {
  readonly #options: GatewayStores;
  readonly #rules: BreakerRules;
  readonly #deadlines = new DueTimes<string>();
  #context: ProcessorContext<string, GatewayOutput> | null = null;
  #pending: KeyValueStore<string, PendingFraudCase> | null = null;
  #breaker: KeyValueStore<string, FraudBreaker> | null = null;

  constructor(options: GatewayStores, rules: BreakerRules) {
    this.#options = options;
    this.#rules = rules;
  }

  init(context: ProcessorContext<string, GatewayOutput>): void {
    this.#context = context;
    this.#pending = context.getStateStore(this.#options.pending);
    this.#breaker = context.getStateStore(this.#options.breaker);
    for (const { key, value } of this.#pending.all()) this.#watch(key, value);
    context.schedule(checkMs, 'stream_time', (now) => this.#expire(now));
  }

  process({ key, value, timestamp }: StreamRecord<string, GatewayInput>): void {
    if (value.kind === 'case') this.#consider(key, value.value, timestamp);
    else this.#relay(key, value.value, timestamp);
  }

  #consider(transactionId: string, fraudCase: FraudCase, at: number): void {
    // The same request again: its answer is on its way.
    if ((this.#pending?.get(transactionId) ?? null) !== null) return;
    const { breaker, admission } = admit(this.#current(), at, this.#rules);
    this.#change(breaker, at);
    if (admission === 'backup') {
      this.#send(transactionId, { kind: 'analysis', value: backupAnalysis(fraudCase, 0) }, at);
      return;
    }
    const pending = { fraudCase, askedAt: at, isProbe: admission === 'probe' };
    this.#pending?.put(transactionId, pending);
    this.#watch(transactionId, pending);
    this.#send(transactionId, { kind: 'question', value: fraudCase.request }, at);
  }

  #relay(transactionId: string, analysis: FraudAnalysis, at: number): void {
    const pending = this.#pending?.get(transactionId) ?? null;
    // The backup has answered meanwhile, or this is a second reply.
    if (pending === null) return;
    if (at >= this.#deadlineOf(pending)) {
      this.#giveUp(transactionId, pending, at);
      return;
    }
    this.#pending?.delete(transactionId);
    this.#change(answered(this.#current(), pending.isProbe), at);
    this.#send(transactionId, { kind: 'analysis', value: analysis }, at);
  }

  #expire(now: number): void {
    for (const transactionId of this.#deadlines.take(now)) {
      const pending = this.#pending?.get(transactionId) ?? null;
      if (pending !== null && now >= this.#deadlineOf(pending)) this.#giveUp(transactionId, pending, now);
    }
  }

  #giveUp(transactionId: string, pending: PendingFraudCase, at: number): void {
    const { fraudCase, isProbe, askedAt } = pending;
    this.#pending?.delete(transactionId);
    this.#change(unanswered(this.#current(), { isProbe, at }, this.#rules), at);
    this.#send(transactionId, { kind: 'analysis', value: backupAnalysis(fraudCase, at - askedAt) }, at);
  }

  #current(): FraudBreaker {
    return this.#breaker?.get(breakerKey) ?? closedBreaker;
  }

  #change(next: FraudBreaker, at: number): void {
    const before = this.#current();
    if (next.state === before.state && next.unanswered === before.unanswered) return;
    this.#breaker?.put(breakerKey, next);
    if (next.state === before.state) return;
    const task = this.#context?.taskId;
    const name = `${task?.subtopology ?? 0}_${task?.partition ?? 0}`;
    this.#send(name, { kind: 'breaker', value: { task: name, from: before.state, to: next.state, at } }, at);
  }

  #send(key: string, value: GatewayOutput, timestamp: number): void {
    this.#context?.forward({ key, value, timestamp, headers: [] });
  }

  #deadlineOf({ askedAt }: PendingFraudCase): number {
    return askedAt + this.#rules.answerTimeoutMs;
  }

  #watch(transactionId: string, pending: PendingFraudCase): void {
    this.#deadlines.add(this.#deadlineOf(pending), transactionId);
  }
}
