/** A payment that was sent and is not confirmed yet. */
interface Outstanding {
  readonly sentAtMs: number;
  readonly eventTime: number;
  readonly isPrompt: boolean;
}

/** Where a run stands. */
export interface TrackerState {
  readonly sent: number;
  readonly confirmed: number;
  readonly open: number;
  /** The event time of the latest request. */
  readonly eventTime: number;
}

/**
 * Knows which payments are under way, how long they took, and how far event time may go. A payment is prompt when no
 * planned fault holds it up; only such payments hold up the load.
 */
export class PaymentTracker {
  /** Wall-clock ms from request to confirmation of prompt payments, and of all others. */
  readonly promptLatencies: number[] = [];
  readonly otherLatencies: number[] = [];
  readonly #outstanding = new Map<string, Outstanding>();
  readonly #prompt = new Map<string, number>();
  #sent = 0;
  #confirmed = 0;
  #eventTime = 0;

  get state(): TrackerState {
    return { sent: this.#sent, confirmed: this.#confirmed, open: this.#outstanding.size, eventTime: this.#eventTime };
  }

  /** How many prompt payments are under way. */
  get inFlight(): number {
    return this.#prompt.size;
  }

  /** The event time of the prompt payment that has waited longest; null when none waits. */
  get frontier(): number | null {
    for (const eventTime of this.#prompt.values()) return eventTime;
    return null;
  }

  sent(transactionId: string, payment: Outstanding): void {
    this.#sent++;
    this.#eventTime = Math.max(this.#eventTime, payment.eventTime);
    this.#outstanding.set(transactionId, payment);
    if (payment.isPrompt) this.#prompt.set(transactionId, payment.eventTime);
  }

  /** A confirmation can be read. A second one for the same payment is not for here to judge. */
  confirmed(transactionId: string, nowMs: number): void {
    const payment = this.#outstanding.get(transactionId);
    if (payment === undefined) return;
    this.#confirmed++;
    this.#outstanding.delete(transactionId);
    this.#prompt.delete(transactionId);
    const latencies = payment.isPrompt ? this.promptLatencies : this.otherLatencies;
    latencies.push(nowMs - payment.sentAtMs);
  }
}
