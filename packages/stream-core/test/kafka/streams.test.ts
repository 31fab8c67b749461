import { afterEach, beforeAll, expect, test } from 'vitest';

import { kafka } from '../../src/adapters/kafka/kafka-broker.ts';
import { lmdbState } from '../../src/adapters/lmdb/lmdb-state.ts';
import type { BrokerClient } from '../../src/broker/broker.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { systemChance } from '../../src/common/chance.ts';
import { systemClock } from '../../src/common/clock.ts';
import { noHeaders } from '../../src/common/headers.ts';
import { silentLogger } from '../../src/common/logger.ts';
import type { KafkaStreamsOptions } from '../../src/kafka-streams.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import { StreamsBuilder } from '../../src/kstream/streams-builder.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import { describeWith } from '../servers/describe-with.ts';
import { readWithJava } from '../servers/java-reader.ts';
import { sharedKafka } from '../servers/shared-servers.ts';
import { temporaryDirectory } from '../state/engines.ts';

const text = { key: serdes.string(), value: serdes.string() };
const keys = 20;
const partitions = 3;
const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

describeWith(['kafka', 'java clients'], 'an application on a real broker', () => {
  let address: string;
  beforeAll(async () => {
    ({ address } = await sharedKafka());
  }, 300_000);

  /** Two topics of an application of its own. */
  const prepare = async () => {
    const run = `streams-${Math.floor(systemChance() * 2 ** 40).toString(36)}`;
    const [input, output] = [`${run}-in`, `${run}-out`] as const;
    const client = kafka({ bootstrapServers: address }).connect({
      clientId: run,
      clock: systemClock,
      chance: systemChance,
    });
    open.push(client);
    const topic = { partitions, replicationFactor: -1, configs: {} };
    await client.admin.createTopics([
      { ...topic, name: input },
      { ...topic, name: output },
    ]);
    return { run, input, output, client };
  };

  const send = async (client: BrokerClient, topic: string, count: number): Promise<void> => {
    const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
    await producer.init();
    for (let partition = 0; partition < partitions; partition++) {
      const builder = new RecordBatchBuilder();
      for (let index = 0; index < count; index++) {
        const key = Buffer.from(`${partition}-${index % keys}`);
        builder.append(key, Buffer.from('x'), systemClock.now(), noHeaders);
      }
      await producer.send({ topic, partition }, builder.build());
    }
    await producer.close();
  };

  const counting = (input: string, output: string) => {
    const builder = new StreamsBuilder();
    builder
      .stream(input, text)
      // Through a repartition topic, with the key that the record had.
      .selectKey((key) => key)
      .groupByKey(text)
      .count({ materialized: { name: 'counts' } })
      .toStream()
      .to(output, { key: serdes.string(), value: serdes.long() });
    return builder.build();
  };

  const start = async (
    options: Pick<KafkaStreamsOptions, 'applicationId' | 'topology' | 'state'> & Partial<KafkaStreamsOptions>,
  ) => {
    const streams = new KafkaStreams({
      broker: kafka({ bootstrapServers: address }),
      commitInterval: 50,
      // Every count is to be seen.
      statestoreCacheMaxBytes: 0,
      logger: silentLogger,
      ...options,
    });
    open.push(streams);
    await streams.start();
    return streams;
  };

  /** All counts of every key, in the order of the output. */
  const countsOf = async (output: string): Promise<ReadonlyMap<string, readonly number[]>> => {
    const counts = new Map<string, number[]>();
    for (const { key, value } of await readWithJava(address, [output])) {
      const name = Buffer.from(key ?? '', 'hex').toString();
      const count = Number(Buffer.from(value ?? '', 'hex').readBigInt64BE());
      counts.set(name, [...(counts.get(name) ?? []), count]);
    }
    return counts;
  };

  const reaches = (output: string, each: number) =>
    expect
      .poll(async () => [...(await countsOf(output)).values()].filter((counts) => counts.includes(each)).length, {
        timeout: 90_000,
        interval: 500,
      })
      .toBe(keys * partitions);

  test.each(['exactly_once_v2', 'at_least_once'] as const)(
    'counts through a repartition topic, over a second instance and a restart: %s',
    { timeout: 240_000 },
    async (processingGuarantee) => {
      const { run, input, output, client } = await prepare();
      const application = { applicationId: run, topology: counting(input, output), processingGuarantee };
      const directory = temporaryDirectory();
      const first = await start({ ...application, state: lmdbState({ directory }) });
      await send(client, input, keys * 10);
      await reaches(output, 10);
      const second = await start({ ...application, state: lmdbState({ directory: temporaryDirectory() }) });
      await send(client, input, keys * 10);
      await reaches(output, 20);
      await first.close();
      await send(client, input, keys * 10);
      await reaches(output, 30);
      await second.close();
      await start({ ...application, state: lmdbState({ directory }) });
      await send(client, input, keys * 10);
      await reaches(output, 40);
      const counts = await countsOf(output);
      const expected = Array.from({ length: 40 }, (_, index) => index + 1);
      for (const [key, seen] of counts) {
        if (processingGuarantee === 'exactly_once_v2') expect(seen.join(), key).toBe(expected.join());
        else expect(new Set(seen), key).toEqual(new Set(expected));
      }
    },
  );
});
