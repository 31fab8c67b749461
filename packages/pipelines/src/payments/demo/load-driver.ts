import type { Clock, Headers } from '@millrace/stream-core';
import type { PaymentsSerdes } from '../messages.ts';
import type { LoadRecord } from '../simulator/load.ts';
import { topicNames } from '../topics.ts';
import { pause } from './demo-clock.ts';
import type { PaymentTracker } from './payment-tracker.ts';

// A record leaves with those beside it, as from a gateway with many customers.
const batchMax = 200;

// How long the driver waits when it may not go on.
const waitMs = 2;

const noHeaders: Headers = [];

// Avro framing with an id that nobody has registered.
const unknownSchema = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 2, 0x61]);

/** How far the load may run ahead of what is confirmed. */
export interface LoadLimits {
  /** In event time: well below the timeouts of the pipeline, so that they never come from a slow machine. */
  readonly aheadMaxMs: number;
  /** Payments under way. */
  readonly inFlightMax: number;
}

/** A record of payment-requests in bytes. */
export interface EncodedRequest {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly timestamp: number;
}

export interface LoadDriverOptions {
  /** Writes records to payment-requests, in their order, by their keys. */
  readonly write: (records: readonly EncodedRequest[]) => void;
  readonly serdes: PaymentsSerdes;
  readonly clock: Clock;
  readonly tracker: PaymentTracker;
  readonly limits: LoadLimits;
  /** Whether no planned fault holds a payment up. */
  readonly isPrompt: (transactionId: string) => boolean;
  /** Whether the load may go so far in event time, for those whose customers do not come before their time. */
  readonly hasCome: (eventTime: number) => boolean;
}

/** Sends the load, and waits where it would run ahead of the answers. */
export class LoadDriver {
  readonly #options: LoadDriverOptions;
  #isStopped = false;
  #eventTime = 0;

  constructor(options: LoadDriverOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when everything is sent. */
  async run(load: Iterable<LoadRecord>): Promise<void> {
    const { serdes, clock } = this.#options;
    await serdes.request.prepareWrite?.(topicNames.requests);
    let batch: LoadRecord[] = [];
    for (const record of load) {
      while (!this.#isStopped && !this.#mayGoTo(record.timestamp, batch.length)) {
        this.#send(batch);
        batch = [];
        await pause(clock, waitMs);
      }
      if (this.#isStopped) return;
      this.#eventTime = Math.max(this.#eventTime, record.timestamp);
      batch.push(record);
      if (batch.length < batchMax) continue;
      this.#send(batch);
      batch = [];
      await pause(clock, 0);
    }
    this.#send(batch);
  }

  #mayGoTo(timestamp: number, waiting: number): boolean {
    const { tracker, limits, hasCome } = this.#options;
    if (!hasCome(timestamp) || tracker.inFlight + waiting >= limits.inFlightMax) return false;
    const { frontier } = tracker;
    return frontier === null || timestamp <= frontier + limits.aheadMaxMs;
  }

  #send(batch: readonly LoadRecord[]): void {
    if (batch.length === 0) return;
    const { write, tracker, clock, isPrompt } = this.#options;
    const sentAtMs = clock.monotonic();
    for (const { request, timestamp, isFirst, bad } of batch) {
      if (!isFirst || bad === 'garbled' || bad === 'unknownSchema') continue;
      const { transactionId } = request;
      tracker.sent(transactionId, { sentAtMs, eventTime: timestamp, isPrompt: isPrompt(transactionId) });
    }
    write(batch.map((record) => this.#encode(record)));
  }

  #encode({ key, request, timestamp, bad }: LoadRecord): EncodedRequest {
    const { serdes } = this.#options;
    const topic = topicNames.requests;
    const value = serdes.request.serialize(request, topic, noHeaders);
    return {
      key: key === null ? null : serdes.key.serialize(key, topic, noHeaders),
      value: bad === 'garbled' ? value.subarray(0, value.length - 9) : bad === 'unknownSchema' ? unknownSchema : value,
      timestamp,
    };
  }
}
