import { describe, expect, test } from 'vitest';

import { broker, copying, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { MemoryBroker } from './adapters/memory/memory-broker.ts';
import type { LogFields } from './common/logger.ts';
import { silentLogger } from './common/logger.ts';
import { logAndContinue } from './errors/exception-handlers.ts';
import { findStreamsError } from './errors/streams-error.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { timeWindows } from './kstream/windows/windows.ts';
import { serdes } from './serdes/serdes.ts';
import type { Topology } from './topology/topology.ts';

describe('bad records', () => {
  const numbers = (): Topology => {
    const builder = new StreamsBuilder();
    builder.stream('in', { key: serdes.string(), value: serdes.integer() }).to('out');
    return builder.build();
  };
  const four = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const feed = (server: MemoryBroker): void => {
    server.produce('in', [
      { key: Buffer.from('a'), value: four(1), partition: 0 },
      { key: Buffer.from('a'), value: Buffer.from('not four bytes'), partition: 0 },
      { key: Buffer.from('a'), value: four(2), partition: 0 },
      { key: Buffer.from('a'), value: Buffer.from('!'), partition: 0 },
    ]);
  };

  test('fail the instance with an error that names topic, partition and offset', async () => {
    const server = broker('in', 'out');
    const streams = create({ topology: numbers(), broker: server });
    await streams.start();
    feed(server);
    await streams.ended();
    expect(streams.state).toBe('ERROR');
    expect(streams.error).toMatchObject({
      code: 'DESERIALIZATION_FAILED',
      context: { topic: 'in', partition: 0, offset: 1 },
    });
  });

  test('are passed over by logAndContinue, and no good record is lost', async () => {
    const server = broker('in', 'out');
    const lines: [string, LogFields | undefined][] = [];
    const streams = create({
      topology: numbers(),
      broker: server,
      deserializationExceptionHandler: logAndContinue,
      logger: { ...silentLogger, warn: (event, fields) => lines.push([event, fields]) },
    });
    await streams.start();
    feed(server);
    await until(() => server.records('out').length === 2);
    await streams.close();
    expect(server.records('out').map(({ value }) => Buffer.from(value ?? []).readInt32BE())).toEqual([1, 2]);
    expect(
      lines.filter(([event]) => event === 'record.dropped_by_handler').map(([, fields]) => fields?.['offset']),
    ).toEqual([1, 3]);
    const again = create({ topology: numbers(), broker: server });
    // The bad record at the end was committed too: it does not come back.
    await again.start();
    put(server, 'in');
    await again.close();
    expect(again.state).toBe('NOT_RUNNING');
  });

  test('an operator that throws is a PROCESSING_FAILED that names the node, or the record is dropped', async () => {
    const throwing = (): Topology => {
      const builder = new StreamsBuilder();
      builder
        .stream('in', text)
        .mapValues(
          (value) => {
            if (value === 'bad') throw new RangeError('this value is bad');
            return value;
          },
          { name: 'careful' },
        )
        .to('out', text);
      return builder.build();
    };
    const server = broker('in', 'out');
    put(server, 'in', ['a', 'good'], ['a', 'bad'], ['a', 'fine']);
    const failing = create({ topology: throwing(), broker: server });
    failing.start().catch(() => undefined);
    await until(() => failing.state === 'ERROR');
    expect(failing.error).toMatchObject({ code: 'PROCESSING_FAILED', context: { node: 'careful', topic: 'in' } });
    const going = create({ topology: throwing(), broker: server, processingExceptionHandler: logAndContinue });
    await going.start();
    await until(() => server.records('out').length === 2);
    expect(values(server, 'out')).toEqual(['good', 'fine']);
  });

  test('a record that is larger than the topic accepts goes to the production handler', async () => {
    const server = new MemoryBroker();
    server.createTopic('in', { partitions: 1 });
    server.createTopic('out', { partitions: 1, configs: { 'max.message.bytes': '2000' } });
    const streams = create({ topology: copying(), broker: server, productionExceptionHandler: logAndContinue });
    await streams.start();
    put(
      server,
      'in',
      ['a', 'x'],
      ['a', 'y'.repeat(5_000)],
      ['a', 'z'],
      ['a', 'w'.repeat(1_500)],
      ['a', 'v'.repeat(1_500)],
    );
    await until(() => server.records('out').length === 4);
    expect(values(server, 'out').map((value) => value.slice(0, 1))).toEqual(['x', 'z', 'w', 'v']);
  });
});

describe('errors that nobody handled', () => {
  const failingTwice = (): { readonly topology: Topology; readonly attempts: () => number } => {
    let attempts = 0;
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .peek(() => {
        attempts++;
        if (attempts <= 2) throw new Error('not yet');
      })
      .to('out', text);
    return { topology: builder.build(), attempts: () => attempts };
  };

  test('replaceThread goes on, and the record is processed in the end', async () => {
    const { topology, attempts } = failingTwice();
    const server = broker('in', 'out');
    const streams = create({ topology, broker: server, uncaughtExceptionHandler: () => 'replaceThread' });
    await streams.start();
    put(server, 'in', ['a', 'x']);
    await until(() => server.records('out').length === 1);
    expect(attempts()).toBe(3);
  });

  test('shutdownApplication ends every instance', async () => {
    const server = broker('in', 'out');
    const builder = () => {
      const made = new StreamsBuilder();
      made
        .stream('in', text)
        .peek(() => {
          throw new Error('hopeless');
        })
        .to('out', text);
      return made.build();
    };
    const options = { broker: server, uncaughtExceptionHandler: () => 'shutdownApplication' as const };
    const first = create({ topology: builder(), ...options });
    const second = create({ topology: builder(), ...options });
    await Promise.all([first.start(), second.start()]);
    put(server, 'in', ['a', 'x']);
    await Promise.all([first.ended(), second.ended()]);
    expect([first.state, second.state]).toEqual(['ERROR', 'ERROR']);
    const codes = [first.error, second.error].map((error) => findStreamsError(error)?.code);
    expect(codes.sort()).toEqual(['PROCESSING_FAILED', 'SHUTDOWN_REQUESTED']);
    expect(server.records('out')).toEqual([]);
  });

  test('a handler that throws shuts the client down', async () => {
    const server = broker('in', 'out');
    const streams = create({
      topology: failingTwice().topology,
      broker: server,
      uncaughtExceptionHandler: () => {
        throw new Error('handlers fail too');
      },
    });
    await streams.start();
    put(server, 'in', ['a', 'x']);
    await streams.ended();
    expect(streams.state).toBe('ERROR');
  });
});

describe('sinks', () => {
  test('a dynamic topic, with a partitioner, by records that came before its metadata did', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .to((key) => `to-${key}`, { ...text, partitioner: (_topic, _key, value) => (value === 'both' ? [0, 1] : 1) });
    const server = broker('in', 'to-a', 'to-b');
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    put(server, 'in', ['a', 'one'], ['b', 'both'], ['a', 'two']);
    await until(() => server.records('to-a').length === 2 && server.records('to-b').length === 2);
    expect(server.records('to-a').map(({ partition }) => partition)).toEqual([1, 1]);
    expect(server.records('to-b').map(({ partition }) => partition)).toEqual([0, 1]);
  });

  test('a windowed key goes to the partition of its inner key', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .groupByKey()
      .windowedBy(timeWindows({ size: '1m' }))
      .count()
      .toStream()
      .to('out');
    const server = broker('in', 'out');
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) put(server, 'in', [key, 'x']);
    await until(() => server.records('out').length === 6);
    const partitionOf = (topic: string) =>
      new Map(server.records(topic).map(({ key, partition }) => [String(key).slice(0, 1), partition]));
    expect(partitionOf('out')).toEqual(partitionOf('in'));
  });
});

describe('time', () => {
  test('an idle source moves stream time by the wall clock, and behind a repartition topic too', async () => {
    const fired: number[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream('in', { ...text, idleTimeout: 50 })
      .repartition()
      .process(() => ({
        init: (context) => {
          context.schedule(30, 'stream_time', (timestamp) => fired.push(timestamp));
        },
        process: () => undefined,
      }));
    const server = broker('in');
    const streams = create({ topology: builder.build(), broker: server, pollTimeout: 10 });
    await streams.start();
    server.produce('in', [{ key: Buffer.from('a'), value: Buffer.from('x'), timestamp: 1_000 }]);
    await until(() => (fired.at(-1) ?? 0) >= 1_100);
    expect(fired[0]).toBe(1_000);
  });

  test('operator time survives a restart: what was too late stays too late', async () => {
    const windowed = (): Topology => {
      const builder = new StreamsBuilder();
      builder
        .stream('in', text)
        .groupByKey()
        .windowedBy(timeWindows({ size: 100 }))
        .count()
        .toStream()
        .to('out');
      return builder.build();
    };
    const server = new MemoryBroker();
    for (const topic of ['in', 'out']) server.createTopic(topic, { partitions: 1 });
    const at = (timestamp: number) =>
      server.produce('in', [{ key: Buffer.from('a'), value: Buffer.from('x'), timestamp }]);
    const first = create({ topology: windowed(), broker: server });
    await first.start();
    at(1_000);
    await until(() => server.records('out').length === 1);
    await first.close();
    const second = create({ topology: windowed(), broker: server });
    await second.start();
    at(50);
    at(1_010);
    await until(() => server.records('out').length === 2);
    await second.close();
    expect(server.records('out').map(({ value }) => Number(Buffer.from(value ?? []).readBigInt64BE()))).toEqual([1, 2]);
  });
});
