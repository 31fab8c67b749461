import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import { kafkajs } from '../../src/adapters/kafkajs/kafkajs-broker.ts';
import type { Broker } from '../../src/broker/broker.ts';
import type { Producer } from '../../src/broker/producer.ts';
import { systemClock } from '../../src/common/clock.ts';
import { isolationSuite } from '../../src/testing/suites/broker/isolation-suite.ts';
import { SuiteContext } from '../../src/testing/suites/broker/suite-context.ts';
import { describeWith } from '../servers/describe-with.ts';
import { readWithJava } from '../servers/java-reader.ts';
import { sharedKafka } from '../servers/shared-servers.ts';

const logNothing = 0;

/** Writes as `kafka` does, transactions too, and reads by kafkajs. */
const mixedBroker = (bootstrapServers: string): Broker => {
  const writing = kafka({ bootstrapServers });
  const reading = kafkajs({ client: { brokers: bootstrapServers.split(','), logLevel: logNothing } });
  return {
    connect: (options) => {
      const [writer, reader] = [writing.connect(options), reading.connect(options)];
      return {
        admin: reader.admin,
        fetcher: (fetcher) => reader.fetcher(fetcher),
        groupConsumer: (consumer) => reader.groupConsumer(consumer),
        producer: (producer) => writer.producer(producer),
        close: async () => {
          await writer.close();
          await reader.close();
        },
      };
    },
  };
};

describeWith(['kafka', 'java clients'], 'aborted transactions, read by kafkajs', () => {
  const context = new SuiteContext();
  let bootstrapServers = '';

  beforeAll(async () => {
    bootstrapServers = (await sharedKafka()).address;
    const broker = mixedBroker(bootstrapServers);
    context.use({ broker, clock: systemClock, sessionTimeoutMs: 6_000, close: async () => undefined });
  }, 240_000);
  afterEach(() => context.closeClients());

  describe('the broker contract', { timeout: 90_000 }, () => isolationSuite(context));

  /** The offsets and values that this adapter and Kafka's own consumer see. */
  const bothViews = async (topic: string) => {
    const ours = await context.read({ topic, partition: 0 });
    const theirs = await readWithJava(bootstrapServers, [topic]);
    return {
      ours: ours.map(({ offset, value }) => [offset, value]),
      theirs: theirs.map(({ offset, value }) => [offset, value === null ? null : Buffer.from(value, 'hex').toString()]),
    };
  };

  const transactional = (): Promise<Producer> => context.producer({ transactionalId: context.unique('txn') });

  test('T1: two producers abort interleaved, as Java sees it', async () => {
    const topic = await context.topic();
    const partition = { topic, partition: 0 };
    const [first, second] = [await transactional(), await transactional()];
    first.begin();
    await first.send(partition, context.values('ABORTED-a1'));
    second.begin();
    await second.send(partition, context.values('ABORTED-b1'));
    await first.send(partition, context.values('ABORTED-a2'));
    await second.abort();
    await first.send(partition, context.values('ABORTED-a3'));
    await first.abort();
    second.begin();
    await second.send(partition, context.values('b2', 'b3'));
    await second.commit();
    const { ours, theirs } = await bothViews(topic);
    expect(ours).toEqual(theirs);
    expect(theirs.map(([, value]) => value)).toEqual(['b2', 'b3']);
  }, 120_000);

  test('T2: an aborted record has the key of a marker, as Java sees it', async () => {
    const topic = await context.topic();
    const partition = { topic, partition: 0 };
    const producer = await transactional();
    producer.begin();
    await producer.send(partition, context.batch([{ key: '\0\0\0\0', value: 'ABORTED' }]));
    await producer.send(partition, context.values('ABORTED too'));
    await producer.abort();
    producer.begin();
    await producer.send(partition, context.batch([{ key: '\0\0\0\0', value: 'kept' }]));
    await producer.commit();
    const { ours, theirs } = await bothViews(topic);
    expect(ours).toEqual(theirs);
    expect(theirs.map(([, value]) => value)).toEqual(['kept']);
  }, 120_000);
});
