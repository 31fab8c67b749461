import type { Serde } from '@millrace/stream-core';
import type {
  AuditEvent,
  CoreCommand,
  CoreProcessing,
  FraudAnalysis,
  PaymentConfirmation,
  PaymentDeadLetter,
  PaymentRequest,
  RevenueValidation,
} from '../../src/payments/generated/avro-types.ts';
import { topicNames } from '../../src/payments/topics.ts';
import { orchestratorTopology } from '../../src/payments/topology.ts';
import { coreCompleted, coreProcessing, fraudAnalysis, paymentRequest, revenueValidation } from './samples.ts';
import { TopologyDriver } from './topology-driver.ts';

/** The orchestrator on a test driver. Times are ms after the request of the seed. */
export class OrchestratorDriver {
  readonly #driver = new TopologyDriver(orchestratorTopology);

  request(change: Partial<PaymentRequest> = {}, afterMs = 0): this {
    const request = paymentRequest(change);
    return this.#pipe(topicNames.requests, this.#driver.serdes.request, [request.fromMsisdn, request], afterMs);
  }

  /** Whatever somebody writes into payment-requests. */
  rawRequest(key: string | null, request: PaymentRequest | null, afterMs = 0): this {
    return this.#pipe(topicNames.requests, this.#driver.serdes.request, [key, request], afterMs);
  }

  fraud(change: Partial<FraudAnalysis> = {}, afterMs = 67): this {
    const answer = fraudAnalysis(change);
    return this.#pipe(topicNames.fraud, this.#driver.serdes.fraud, [answer.transactionId, answer], afterMs);
  }

  revenue(change: Partial<RevenueValidation> = {}, afterMs = 50): this {
    const answer = revenueValidation(change);
    return this.#pipe(topicNames.revenue, this.#driver.serdes.revenue, [answer.transactionId, answer], afterMs);
  }

  core(change: Partial<CoreProcessing> = {}, afterMs = 156): this {
    const answer = coreProcessing(change);
    return this.#pipe(topicNames.core, this.#driver.serdes.core, [answer.transactionId, answer], afterMs);
  }

  /** Core's reply to the execution. */
  completed(change: Partial<CoreProcessing> = {}, afterMs = 300): this {
    return this.core(coreCompleted(change), afterMs);
  }

  /** All three are for it. */
  approved(): this {
    return this.request().fraud().revenue().core();
  }

  /** Nothing comes for a while of the wall clock. */
  idle(ms: number): this {
    this.#driver.idle(ms);
    return this;
  }

  confirmations(): PaymentConfirmation[] {
    return this.#take(topicNames.confirmations, this.#driver.serdes.confirmation);
  }

  commands(): CoreCommand[] {
    return this.#take(topicNames.commands, this.#driver.serdes.command);
  }

  deadLetters(): PaymentDeadLetter[] {
    return this.#take(topicNames.deadLetters, this.#driver.serdes.deadLetter);
  }

  audits(): AuditEvent[] {
    return this.#take(topicNames.audit, this.#driver.serdes.audit);
  }

  /** The keys and the bytes of the audit trail. */
  auditBytes(): { key: string; bytes: string }[] {
    return this.#driver.takeBytes(topicNames.audit);
  }

  #pipe<V>(topic: string, serde: Serde<V>, [key, value]: readonly [string | null, V | null], afterMs: number): this {
    this.#driver.pipe(serde, { topic, key, value, afterMs });
    return this;
  }

  #take<V>(topic: string, serde: Serde<V>): V[] {
    return this.#driver.take(serde, topic).map(({ value }) => value);
  }
}

/** Commands in a few words: `EXECUTE 1`. */
export const brief = (commands: readonly CoreCommand[]): string[] =>
  commands.map(({ command, attempt }) => `${command} ${attempt}`);
