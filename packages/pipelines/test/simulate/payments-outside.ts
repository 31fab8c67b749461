import { logAndContinue } from '@millrace/stream-core';
import { avroSerdes, inMemorySchemaSource } from '@millrace/stream-core/avro';
import type { FedRecord, OutsideSystems, SimulatedCluster } from '@millrace/stream-core/testing';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import { applicationsOf } from '../../src/payments/applications.ts';
import type { Books } from '../../src/payments/books/check-books.ts';
import { checkBooks } from '../../src/payments/books/check-books.ts';
import { endsAsPlanned } from '../../src/payments/books/fault-checks.ts';
import { readFacts } from '../../src/payments/books/read-facts.ts';
import type { BookRecord, BookSource } from '../../src/payments/books/topic-reader.ts';
import { TopicReader } from '../../src/payments/books/topic-reader.ts';
import { paymentsConfig } from '../../src/payments/config.ts';
import type { PaymentsSerdes } from '../../src/payments/messages.ts';
import { paymentsSerdes } from '../../src/payments/messages.ts';
import { planFaults } from '../../src/payments/simulator/fault-plan.ts';
import type { LoadRecord } from '../../src/payments/simulator/load.ts';
import { generateLoad } from '../../src/payments/simulator/load.ts';
import { simulatedWorld } from '../../src/payments/simulator/outside-world.ts';
import { topicNames } from '../../src/payments/topics.ts';
import { hmacKey } from '../payments/topology-deps.ts';

const { requests, fraud, revenue, core, confirmations, commands } = topicNames;

/** What the systems read that the gateway or the orchestrator writes, and who reads it. */
const readers = {
  [requests]: ['fraud-management-cg', 'revenue-management-cg', 'mpesa-core-cg'],
  [confirmations]: ['revenue-management-cg'],
  [commands]: ['mpesa-core-cg'],
} as const;

/** What the systems answer, which the orchestrator reads; all else they write is for the books. */
const answers: ReadonlySet<string> = new Set([fraud, revenue, core]);

// In ten thousand: so often that a small run has some of each.
const faults = {
  missing: 100,
  late: 150,
  twice: 300,
  unansweredOnce: 150,
  unansweredTwice: 100,
  unansweredThrice: 100,
};

/** What is wrong under any guarantee: core does nothing twice, whatever it is told twice. */
const never: ReadonlySet<string> = new Set([
  'money out = money in + fees',
  'opening balance + credits - debits = closing balance, without a gap',
  'no daily limit exceeded',
]);

const loadSteps = 100;
const stepMs = 100;
const payments = 620;
const startMs = 1_000_000;
// Longer than any timeout that is still to come.
const quietMs = 20_000;
const partitionsDivisor = 20;

/** The configuration of the pipeline in a simulation. */
export const config = paymentsConfig({ hmacKey, partitionsDivisor, idleTimeoutMs: 2_000 });

/** All schemas have their ids before anything runs, so that a run does not depend on those before it. */
const source = inMemorySchemaSource();
export const serdes: PaymentsSerdes = paymentsSerdes(avroSerdes({ source }));
for (const serde of Object.values(serdes))
  for (const topic of Object.values(topicNames)) void serde.prepareWrite?.(topic);

/** The gateway with its requests, and fraud management, revenue and core, which are never disturbed. */
export class PaymentsOutside implements OutsideSystems {
  readonly #cluster: SimulatedCluster;
  readonly #seed: number;
  readonly #drivers: ReadonlyMap<string, TopologyTestDriver>;
  readonly #requests: LoadRecord[];
  readonly #read = new Map<string, number>();
  readonly #written = new Map<string, BookRecord[]>();
  #answered = 0;
  #clockMs = startMs;
  #busyMs = startMs;

  constructor(cluster: SimulatedCluster, seed: number) {
    this.#cluster = cluster;
    this.#seed = seed;
    const world = simulatedWorld({ seed, faults, fraudDown: null });
    const started = applicationsOf(['fraud', 'revenue', 'core'], 'builtin').map(({ applicationId, topology }) => {
      const settings = {
        applicationId,
        deserializationExceptionHandler: logAndContinue,
        initialWallClockMs: startMs,
      };
      return [applicationId, new TopologyTestDriver(topology({ serdes, config, world }), settings)] as const;
    });
    this.#drivers = new Map(started);
    const ratePerSecond = (payments * 1_000) / (loadSteps * stepMs);
    this.#requests = [
      ...generateLoad({ seed, payments, accounts: 60, startAt: startMs, ratePerSecond, badRecordsEvery: 0 }),
    ];
  }

  turn(step: number): readonly FedRecord[] {
    const fed = this.#gateway(step);
    const { clock } = this.#cluster;
    const passed = clock.now() - this.#clockMs;
    this.#clockMs = clock.now();
    for (const driver of this.#drivers.values()) driver.advanceWallClockTime(Math.max(1, Math.floor(passed)));
    this.#readCommitted();
    fed.push(...this.#takeAnswers());
    if (fed.length > 0) this.#busyMs = clock.now();
    return fed;
  }

  get isBusy(): boolean {
    return this.#cluster.clock.now() - this.#busyMs < quietMs;
  }

  check(): readonly string[] {
    const { guarantee, hasZombies } = this.#cluster;
    for (const driver of this.#drivers.values()) driver.close();
    if (this.#answered === 0) return ['books: nothing was ever answered'];
    const isExact = guarantee === 'exactly_once_v2';
    const wrong = this.#books()
      .findings.filter(({ check, wrong: found }) => found > 0 && (isExact ? check !== endsAsPlanned : never.has(check)))
      .map(
        ({ check, wrong: found, examined, examples }) => `${check}: ${found} of ${examined} (${examples.join(', ')})`,
      );
    // Who has lost its place overwrites under at-least-once what others know of a payment.
    const lost = isExact || hasZombies ? [] : this.#unconfirmed();
    return [...wrong, ...lost].map((problem) => `books: ${problem}`);
  }

  /** Requests that nobody was told the end of: at-least-once may say it twice, but it must. */
  #unconfirmed(): string[] {
    const { payments: all } = readFacts(new TopicReader(this.#source()));
    const silent = [...all.values()].filter(
      ({ request, confirmations: told }) => request !== null && told.length === 0,
    );
    return silent.slice(0, 5).map(({ transactionId }) => `${transactionId} was never confirmed`);
  }

  /** The requests of a step; the last one has all that are left. */
  #gateway(step: number): FedRecord[] {
    const due = step < loadSteps ? Math.ceil(this.#requests.length / (loadSteps - step)) : this.#requests.length;
    return this.#requests.splice(0, due).map(({ key, request, timestamp }) => ({
      topic: requests,
      key: Buffer.from(key ?? ''),
      value: Buffer.from(serdes.request.serialize(request, requests, [])),
      timestamp,
    }));
  }

  /** Hands on what was committed since the last time. */
  #readCommitted(): void {
    for (const [topic, names] of Object.entries(readers)) {
      for (const { partition, offset, key, value, timestamp } of this.#cluster.broker.records(topic)) {
        const place = `${topic}-${partition}`;
        if (offset < (this.#read.get(place) ?? 0)) continue;
        this.#read.set(place, offset + 1);
        this.#busyMs = this.#cluster.clock.now();
        for (const name of names) this.#drivers.get(name)?.pipe({ topic, key, value, timestamp });
      }
    }
  }

  #takeAnswers(): FedRecord[] {
    const fed: FedRecord[] = [];
    for (const driver of this.#drivers.values()) {
      for (const { topic, key, value, timestamp } of driver.takeProduced()) {
        if (answers.has(topic)) fed.push({ topic, key: key ?? Buffer.alloc(0), value, timestamp });
        else this.#written.set(topic, [...(this.#written.get(topic) ?? []), { key, value, timestamp }]);
      }
    }
    this.#answered += fed.length;
    return fed;
  }

  #books(): Books {
    const planOf = (transactionId: string) => planFaults(transactionId, this.#seed, faults);
    return checkBooks({ source: this.#source(), planOf, hmacKey });
  }

  #source(): BookSource {
    const { broker } = this.#cluster;
    const isThere = (topic: string): boolean => broker.cluster.topics.find(topic) !== null;
    return {
      records: (topic) => this.#written.get(topic) ?? (isThere(topic) ? broker.records(topic) : []),
      schemaById: (id) => source.schemaById(id),
    };
  }
}
