import type { Serde } from '@millrace/stream-core';
import type { Books } from '../../src/payments/books/check-books.ts';
import { checkBooks } from '../../src/payments/books/check-books.ts';
import type { BookRecord } from '../../src/payments/books/topic-reader.ts';
import type { PaymentsSerdes } from '../../src/payments/messages.ts';
import { planFaults } from '../../src/payments/simulator/fault-plan.ts';
import { generateLoad } from '../../src/payments/simulator/load.ts';
import { simulatedWorld } from '../../src/payments/simulator/outside-world.ts';
import { topicNames } from '../../src/payments/topics.ts';
import { requestedAt } from './samples.ts';
import { hmacKey } from './topology-deps.ts';
import { VirtualPipeline } from './virtual-pipeline.ts';

// In ten thousand: so often that a small run has some of each.
const faults = {
  missing: 200,
  late: 250,
  twice: 300,
  unansweredOnce: 300,
  unansweredTwice: 200,
  unansweredThrice: 250,
};

// Longer than three commands that are not answered, and than every late answer.
const quietMs = 60_000;
const stepMs = 500;

/** A record of a topic, decoded. */
export interface Row<V> {
  readonly key: string | null;
  readonly value: V;
  readonly timestamp: number;
}

/** What somebody does to the records of a topic. */
export type Tampering<V> = (rows: readonly Row<V>[]) => readonly Row<V>[];

/** A run of some hundred payments with all kinds of faults in which everybody was honest, and what books say of it. */
export class HonestRun {
  readonly #seed: number;
  readonly #pipeline: VirtualPipeline;

  constructor(seed = 4) {
    this.#seed = seed;
    this.#pipeline = new VirtualPipeline(simulatedWorld({ seed, faults, fraudDown: null }));
    const load = { seed, payments: 400, accounts: 60, startAt: requestedAt, ratePerSecond: 20, badRecordsEvery: 200 };
    const { request } = this.serdes;
    for (const { key, request: value, timestamp, bad } of generateLoad(load)) {
      const bytes = this.#pipeline.encode(request, topicNames.requests, value);
      this.#pipeline.send(topicNames.requests, {
        key: key === null ? null : Buffer.from(key),
        value: bad === 'garbled' || bad === 'unknownSchema' ? bytes.subarray(0, 9) : bytes,
        timestamp,
      });
    }
    for (let passed = 0; passed < quietMs; passed += stepMs) this.#pipeline.idle(stepMs);
  }

  get serdes(): PaymentsSerdes {
    return this.#pipeline.serdes;
  }

  /** The records of a topic that can be read. */
  rows<V>(topic: string, serde: Serde<V>): Row<V>[] {
    return [...this.#pipeline.source().records(topic)].flatMap((record) => this.#decode(topic, serde, record) ?? []);
  }

  /** The books of the run as it was. */
  books(): Books {
    return this.#check(new Map());
  }

  /** The checks that are wrong when somebody has tampered with a topic. */
  wrongAfter<V>(topic: string, serde: Serde<V>, tampering: Tampering<V>): string[] {
    const forged = tampering(this.rows(topic, serde)).map(({ key, value, timestamp }) => ({
      key: key === null ? null : Buffer.from(key),
      value: this.#pipeline.encode(serde, topic, value),
      timestamp,
    }));
    const { findings } = this.#check(new Map([[topic, forged]]));
    return findings.filter(({ wrong }) => wrong > 0).map(({ check }) => check);
  }

  #check(forged: ReadonlyMap<string, readonly BookRecord[]>): Books {
    const honest = this.#pipeline.source();
    return checkBooks({
      source: { ...honest, records: (topic) => forged.get(topic) ?? honest.records(topic) },
      planOf: (transactionId) => planFaults(transactionId, this.#seed, faults),
      hmacKey,
    });
  }

  #decode<V>(topic: string, serde: Serde<V>, { key, value, timestamp }: BookRecord): Row<V> | null {
    if (value === null) return null;
    try {
      const decoded = serde.deserialize(Buffer.from(value), topic, []);
      return { key: key === null ? null : Buffer.from(key).toString('utf8'), value: decoded, timestamp };
    } catch {
      return null;
    }
  }
}
