import type { Broker, BrokerClient } from '../../../broker/broker.ts';
import type { Fetcher, IsolationLevel } from '../../../broker/fetcher.ts';
import type { GroupConsumer, GroupConsumerOptions } from '../../../broker/group-consumer.ts';
import type { Producer } from '../../../broker/producer.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts';
import { assert } from '../../../common/assert.ts';
import { seededChance, systemChance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { sleep } from '../../../common/clock.ts';
import type { Headers } from '../../../common/headers.ts';
import { noHeaders } from '../../../common/headers.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';

/** A broker that the suite is run against, and what the suite may do to it. */
export interface BrokerUnderTest {
  readonly broker: Broker;
  /** The time of the clients, and of the suite's own waiting. */
  readonly clock: Clock;
  /** The shortest session that the broker accepts: tests of crashed members wait for it. */
  readonly sessionTimeoutMs: number;
  /** Makes the broker delete and compact, now, what the settings of the topic allow. Absent: not tested. */
  clean?(topic: string): Promise<void>;
  /** Lets the broker do the next produce request and loses its answer. Absent: not tested. */
  loseNextProduceAnswer?(): void;
  /** Adds partitions to a topic. Absent: not tested. */
  createPartitions?(topic: string, total: number): Promise<void>;
  close(): Promise<void>;
}

/** What an adapter can do. What it cannot do is no part of its contract, and has no tests. */
export interface BrokerSupport {
  readonly transactions: boolean;
  readonly staticMembership: boolean;
  /** `BrokerUnderTest.clean` is there. */
  readonly cleaning: boolean;
  /** `BrokerUnderTest.loseNextProduceAnswer` is there. */
  readonly lostAnswers: boolean;
  /** `BrokerUnderTest.createPartitions` is there. */
  readonly growingTopics: boolean;
}

/** A record as the suite writes and reads it. */
export interface PlainRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: Headers;
  readonly offset: number;
}

export type RecordInput = Partial<Omit<PlainRecord, 'offset'>>;

/** Waiting by condition gives up after this time, which only a broken adapter needs. */
const patienceMs = 30_000;

const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());
const bytesOf = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text));

/** The values of records, in their order. */
export const valuesOf = (records: readonly PlainRecord[]): (string | null)[] => records.map((record) => record.value);

/** What every test of the suite starts from: fresh names, clients that are closed afterwards, waiting by condition. */
export class SuiteContext {
  readonly #run: string = Math.floor(systemChance() * 2 ** 40).toString(36);
  readonly #clients: BrokerClient[] = [];
  #underTest: BrokerUnderTest | null = null;
  #names = 0;

  /** Opened before all tests. */
  use(underTest: BrokerUnderTest): void {
    this.#underTest = underTest;
  }

  get broker(): BrokerUnderTest {
    assert(this.#underTest !== null, 'the broker was not opened');
    return this.#underTest;
  }

  /** A name that no other test and no earlier run has used. */
  unique(prefix: string): string {
    return `${prefix}-${this.#run}-${++this.#names}`;
  }

  connect(): BrokerClient {
    const { broker, clock } = this.broker;
    const client = broker.connect({ clientId: this.unique('client'), clock, chance: seededChance(++this.#names) });
    this.#clients.push(client);
    return client;
  }

  async closeClients(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.close();
  }

  /** A new topic, ready to be used. */
  async topic(partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = this.unique('topic');
    const { admin } = this.connect();
    await admin.createTopics([{ name, partitions, replicationFactor: -1, configs }]);
    await this.until('the topic is known', async () => (await admin.describeTopics([name])).has(name));
    return name;
  }

  async producer(options: { transactionalId?: string; transactionTimeoutMs?: number } = {}): Promise<Producer> {
    const { transactionalId = null, transactionTimeoutMs = 60_000 } = options;
    const producer = this.connect().producer({ transactionalId, transactionTimeoutMs });
    await producer.init();
    return producer;
  }

  fetcher(isolationLevel: IsolationLevel = 'read_committed', maxPartitionBytes = 1_048_576): Fetcher {
    return this.connect().fetcher({ isolationLevel, maxPartitionBytes });
  }

  groupConsumer(groupId: string, options: Partial<GroupConsumerOptions> = {}): GroupConsumer {
    const { sessionTimeoutMs } = this.broker;
    return this.connect().groupConsumer({
      groupId,
      groupInstanceId: null,
      sessionTimeoutMs,
      heartbeatIntervalMs: Math.ceil(sessionTimeoutMs / 20),
      rebalanceTimeoutMs: 60_000,
      isolationLevel: 'read_committed',
      maxPartitionBytes: 1_048_576,
      ...options,
    });
  }

  /** One batch of these records. Timestamps default to a minute ago, so that no retention takes them away. */
  batch(records: readonly RecordInput[]): RecordBatch {
    const builder = new RecordBatchBuilder();
    const recently = this.broker.clock.now() - 60_000;
    for (const { key = null, value = null, timestamp = recently, headers = noHeaders } of records) {
      builder.append(bytesOf(key), bytesOf(value), timestamp, headers);
    }
    return builder.build();
  }

  /** One batch with a record for each value. */
  values(...values: readonly string[]): RecordBatch {
    return this.batch(values.map((value) => ({ value })));
  }

  /** Writes records, each call one batch, by an idempotent producer. */
  async produce(partition: TopicPartition, ...batches: readonly RecordBatch[]): Promise<void> {
    const producer = await this.producer();
    for (const batch of batches) await producer.send(partition, batch);
    await producer.close();
  }

  /** The log end of a partition; the last stable offset when only committed records count. */
  async endOffset(partition: TopicPartition, isolationLevel: IsolationLevel = 'read_uncommitted'): Promise<number> {
    const [end] = await this.connect().admin.listOffsets([{ partition, spec: 'latest' }], isolationLevel);
    return end!;
  }

  /** Everything from `from` to the log end, markers and gaps stepped over. Waits for transactions that are ending. */
  async read(
    partition: TopicPartition,
    options: { isolationLevel?: IsolationLevel; maxPartitionBytes?: number; from?: number } = {},
  ): Promise<PlainRecord[]> {
    const { isolationLevel = 'read_committed', maxPartitionBytes = 1_048_576, from = 0 } = options;
    const end = await this.endOffset(partition);
    const fetcher = this.fetcher(isolationLevel, maxPartitionBytes);
    fetcher.assign([partition]);
    fetcher.seek(partition, from);
    const records: PlainRecord[] = [];
    await this.until(`position ${end} is reached`, async () => {
      records.push(...(await this.pollRecords(fetcher, 100)));
      return fetcher.position(partition)! >= end;
    });
    await fetcher.close();
    return records;
  }

  /** The records of one poll, of all partitions. */
  async pollRecords(fetcher: Fetcher, timeoutMs: number): Promise<PlainRecord[]> {
    const records: PlainRecord[] = [];
    for (const { batches, position } of await fetcher.poll(timeoutMs)) {
      for (const batch of batches) {
        const cursor = batch.cursor(position);
        while (cursor.next()) {
          const { offset, timestamp } = cursor;
          const headers = cursor.headers();
          records.push({ key: textOf(cursor.key()), value: textOf(cursor.value()), timestamp, headers, offset });
        }
      }
    }
    return records;
  }

  /** Waits until the condition holds. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const { clock } = this.broker;
    const deadline = clock.monotonic() + patienceMs;
    while (!(await condition())) {
      assert(clock.monotonic() < deadline, `waited in vain until ${what}`);
      await sleep(clock, 5);
    }
  }
}
