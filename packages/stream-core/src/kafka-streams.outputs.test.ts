import { describe, expect, test } from 'vitest';

import { broker, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import type { ErrorHandlerContext } from './errors/exception-handlers.ts';
import { logAndContinue } from './errors/exception-handlers.ts';
import { StreamsError } from './errors/streams-error.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import type { Serde } from './serdes/serde.ts';
import { serdes } from './serdes/serdes.ts';
import { TopologyTestDriver } from './testing/topology-test-driver.ts';
import type { Topology } from './topology/topology.ts';

/** Writes each record to the topic that its value names. */
const routing = (value: Serde<string> = serdes.string()): Topology => {
  const builder = new StreamsBuilder();
  builder.stream('in', text).to((_key, topic) => topic, { key: serdes.string(), value });
  return builder.build();
};

/** As a serde with a schema registry: it can write to a topic only after it was prepared for it. */
const registered = (refused: string | null = null) => {
  const prepared: string[] = [];
  const serde: Serde<string> = {
    ...serdes.string(),
    serialize: (value, topic) => {
      if (!prepared.includes(topic)) throw new Error(`not prepared for ${topic}`);
      return Buffer.from(value);
    },
    prepareWrite: async (topic) => {
      if (topic === refused) throw new StreamsError('SCHEMA_UNKNOWN', `${topic} has no schema`);
      prepared.push(topic);
    },
  };
  return { serde, prepared };
};

describe('topics that an extractor names', () => {
  test('are prepared for by the serdes before they are written to, each once', async () => {
    const server = broker('in', 'one', 'two');
    const { serde, prepared } = registered();
    const streams = create({ topology: routing(serde), broker: server });
    await streams.start();
    put(server, 'in', ['a', 'one'], ['a', 'two'], ['a', 'one']);
    await until(() => values(server, 'one').length === 2 && values(server, 'two').length === 1);
    put(server, 'in', ['a', 'one']);
    await until(() => values(server, 'one').length === 3);
    expect(prepared.sort()).toEqual(['one', 'two']);
  });

  test('that another sink of the topology names are prepared for all the same', async () => {
    const server = broker('in', 'other', 'one');
    const { serde } = registered();
    const builder = new StreamsBuilder();
    builder.stream('in', text).to((_key, topic) => topic, { key: serdes.string(), value: serde });
    builder.stream('other', text).to('one', text);
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    put(server, 'in', ['a', 'one']);
    await until(() => values(server, 'one').length === 1);
  });

  test('that the serdes cannot write to are a matter of the production handler', async () => {
    const server = broker('in', 'one', 'two');
    const streams = create({
      topology: routing(registered('one').serde),
      broker: server,
      productionExceptionHandler: logAndContinue,
    });
    await streams.start();
    put(server, 'in', ['a', 'one'], ['a', 'two']);
    await until(() => values(server, 'two').length === 1);
    expect(values(server, 'one')).toEqual([]);
  });

  test('are written to by the test driver when the serdes are prepared', async () => {
    const { serde } = registered();
    const driver = new TopologyTestDriver(routing(serde), { productionExceptionHandler: logAndContinue });
    const input = driver.createInputTopic('in', text);
    input.pipeInput('a', 'one');
    await serde.prepareWrite?.('two');
    input.pipeInput('a', 'two');
    expect(driver.takeProduced().map(({ topic }) => topic)).toEqual(['two']);
  });

  test('that do not exist are a matter of the production handler, which hears of the record', async () => {
    const server = broker('in', 'one');
    const asked: (readonly [string, ErrorHandlerContext])[] = [];
    const streams = create({
      topology: routing(),
      broker: server,
      productionExceptionHandler: (error, context) => {
        asked.push([error.code, context]);
        return 'continue';
      },
    });
    await streams.start();
    put(server, 'in', ['a', 'missing'], ['a', ''], ['a', 'one']);
    await until(() => values(server, 'one').length === 1);
    expect(streams.state).toBe('RUNNING');
    expect(asked).toEqual([
      ['OUTPUT_TOPIC_MISSING', expect.objectContaining({ topic: 'in', offset: 0, rawValue: Buffer.from('missing') })],
      ['OUTPUT_TOPIC_MISSING', expect.objectContaining({ topic: 'in', offset: 1, rawValue: Buffer.from('') })],
    ]);
  });

  test('end the instance when the handler says so, and the error names the topic', async () => {
    const server = broker('in');
    const streams = create({ topology: routing(), broker: server });
    await streams.start();
    put(server, 'in', ['a', 'missing']);
    await until(() => streams.state === 'ERROR');
    expect(streams.error).toMatchObject({ code: 'OUTPUT_TOPIC_MISSING', context: { topic: 'missing' } });
  });
});

test('a partition with nothing but records that are passed over is committed', async () => {
  const server = broker('in', 'out');
  const builder = new StreamsBuilder();
  builder.stream('in', { key: serdes.string(), value: serdes.long() }).to('out');
  const options = { topology: builder.build(), broker: server, deserializationExceptionHandler: logAndContinue };
  const streams = create(options);
  await streams.start();
  server.produce('in', [{ key: Buffer.from('a'), value: Buffer.from('no long'), partition: 1 }]);
  const committed = () =>
    server.cluster.offsets.fetch('app', [{ topic: 'in', partition: 1 }], { requireStable: false })[0]?.offset;
  await until(() => committed() === 1);
  expect(streams.state).toBe('RUNNING');
});
