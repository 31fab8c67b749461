import { createSecretKey } from 'node:crypto';
import { seededChance, systemClock } from '@millrace/stream-core';
import { kafka } from '@millrace/stream-core/kafka';
import { expect } from 'vitest';
import type { KafkaServer } from '../../../../stream-core/test/servers/kafka-server.ts';
import type { Books } from '../../../src/payments/books/check-books.ts';
import type { PaymentsTopic } from '../../../src/payments/topics.ts';
import { paymentsTopics } from '../../../src/payments/topics.ts';
import { createMissingTopics } from '../../../src/shared/create-topics.ts';
import { booksOnKafka } from './books-on-kafka.ts';
import { PaymentsProcess } from './payments-process.ts';
import { PaymentsTraffic } from './payments-traffic.ts';

const hmacBytes = Buffer.alloc(32, 7);
const partitionsDivisor = 20;
const patience = { timeout: 240_000, interval: 200 };

/** Where a pipeline runs. */
export interface PaymentsPlace {
  readonly server: KafkaServer;
  /** The URL of the schema registry. */
  readonly registry: string;
}

/** A pipeline in processes of its own on a real broker, and the payments that come to it. */
export class PaymentsRun {
  readonly #place: PaymentsPlace;
  readonly #processes: PaymentsProcess[] = [];
  readonly #traffic: PaymentsTraffic[] = [];

  constructor(place: PaymentsPlace) {
    this.#place = place;
  }

  /**
   * Starts a process over the listener without security, unless the arguments say otherwise. Nothing times out there
   * because a machine is slow.
   *
   * @param env what is set in the environment beside the key of the tokens
   */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): PaymentsProcess {
    const { server, registry } = this.#place;
    const bootstrap = args.includes('--bootstrap') ? [] : ['--bootstrap', server.bootstrapServers];
    const all = [...bootstrap, '--registry', registry, '--scale', String(1 / partitionsDivisor), ...args];
    const started = new PaymentsProcess([...all, '--replication-factor', '-1', '--answer-timeout', '600'], {
      MILLRACE_HMAC_KEY: hmacBytes.toString('base64'),
      ...env,
    });
    this.#processes.push(started);
    return started;
  }

  /**
   * Creates the topics, as somebody who may do everything.
   *
   * @param change gives a topic other settings
   */
  async createTopics(change: (topic: PaymentsTopic) => PaymentsTopic = (topic) => topic): Promise<void> {
    const { bootstrapServers } = this.#place.server;
    const options = { clientId: 'set-up', clock: systemClock, chance: seededChance(1) };
    const client = kafka({ bootstrapServers }).connect(options);
    const topics = paymentsTopics(partitionsDivisor).map((topic) => change({ ...topic, replicationFactor: -1 }));
    await createMissingTopics(client.admin, topics).finally(() => client.close());
  }

  /** Begins to send payments. The traffic tells how many are confirmed. */
  pay(payments: number, seed = 1): PaymentsTraffic {
    const { server, registry } = this.#place;
    const broker = kafka({ bootstrapServers: server.bootstrapServers });
    const traffic = new PaymentsTraffic({ broker, registry, payments, seed });
    this.#traffic.push(traffic);
    return traffic.start();
  }

  /** The books as they are now. */
  books(): Promise<Books> {
    const { server, registry } = this.#place;
    return booksOnKafka({
      bootstrapServers: server.bootstrapServers,
      registry,
      hmacKey: createSecretKey(hmacBytes),
    });
  }

  /** Waits until the books balance. What was reserved for a payment that is rejected is released after all else. */
  async balance(): Promise<Books> {
    await expect.poll(async () => wrongIn(await this.books()), patience).toEqual([]);
    return this.books();
  }

  async close(): Promise<void> {
    await Promise.all(this.#traffic.map((traffic) => traffic.close()));
    await Promise.all(this.#processes.map((each) => each.signal('SIGKILL').catch(() => undefined)));
    await Promise.all(this.#processes.map(({ ended }) => ended));
  }
}

/** The checks of the books that found something wrong. */
export const wrongIn = ({ findings }: Books): readonly string[] =>
  findings.filter(({ wrong }) => wrong > 0).map(({ check, examples }) => `${check}: ${examples.join(', ')}`);
