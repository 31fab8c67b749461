import { describe, expect, test } from 'vitest';

import { broker, copying, counting, create, put, text, until, values } from '../test/kafka-streams-harness.ts';
import { ConfigError, StreamsError, TopologyError } from './errors/streams-error.ts';
import type { KafkaStreamsState } from './kafka-streams-state.ts';
import { StreamsBuilder } from './kstream/streams-builder.ts';
import { timeWindows } from './kstream/windows/windows.ts';
import { queryableStoreTypes } from './query/local-store.ts';
import { serdes } from './serdes/serdes.ts';

describe('life of an instance', () => {
  test('created, rebalancing, running, pending shutdown, not running', async () => {
    const states: KafkaStreamsState[] = [];
    const streams = create({
      topology: copying(),
      broker: broker('in', 'out'),
      stateListener: (next) => states.push(next),
    });
    expect(streams.state).toBe('CREATED');
    await streams.start();
    expect(streams.state).toBe('RUNNING');
    await expect(streams.start()).rejects.toMatchObject({ code: 'STATE_TRANSITION_INVALID' });
    await streams.close();
    await streams.close();
    expect(states[0]).toBe('REBALANCING');
    expect(states.slice(-2)).toEqual(['PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  test('closed before it was started', async () => {
    const streams = create({ topology: copying(), broker: broker('in', 'out') });
    await streams.close();
    expect(streams.state).toBe('NOT_RUNNING');
  });

  test('closed while it starts', async () => {
    const streams = create({ topology: copying(), broker: broker('in', 'out') });
    const started = streams.start();
    await streams.close();
    await started;
    expect(streams.state).toBe('NOT_RUNNING');
  });

  test('close commits what was processed, and a second instance goes on behind it', async () => {
    const server = broker('in', 'out');
    const first = create({ topology: counting(), broker: server, commitInterval: 5_000 });
    await first.start();
    put(server, 'in', ['a', '1'], ['b', '1'], ['a', '2']);
    const type = queryableStoreTypes.keyValueStore<string, number>();
    const counts = first.store('counts', type, { isolation: 'read_uncommitted' });
    await until(async () => (await counts.get('a')) === 2);
    expect(values(server, 'out')).toEqual([]);
    expect(await first.store('counts', type).get('a')).toBeNull();
    await first.close();
    expect(server.records('out').length).toBe(2);
    const second = create({ topology: counting(), broker: server });
    await second.start();
    const restored = second.store('counts', queryableStoreTypes.timestampedKeyValueStore<string, number>());
    expect((await restored.get('a'))?.value).toBe(2);
    put(server, 'in', ['a', '3']);
    await until(async () => (await restored.get('a'))?.value === 3);
  });
});

describe('what keeps an instance from starting', () => {
  test('a configuration with several problems lists all of them', () => {
    const configure = () =>
      create({
        topology: copying(),
        broker: broker(),
        applicationId: 'has spaces',
        commitInterval: -1,
        processingGuarantee: 'exactly_once' as 'exactly_once_v2',
        statestoreCacheMaxBytes: 1.5,
      });
    expect(configure).toThrow(ConfigError);
    for (const name of ['applicationId', 'statestoreCacheMaxBytes', 'processingGuarantee', 'commitInterval']) {
      expect(configure).toThrow(name);
    }
  });

  test('serdes that are missing are listed, each with its place', () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { key: serdes.string() })
      .mapValues((value) => value.length)
      .groupByKey()
      .aggregate(
        () => 0,
        (_key, value, sum) => sum + value,
        { materialized: { name: 'sums' } },
      )
      .toStream()
      .to('out');
    const topology = builder.build();
    const build = () => create({ topology, broker: broker('in', 'out') });
    expect(build).toThrow(TopologyError);
    expect(build).toThrow(/source KSTREAM-SOURCE-0000000000 \(in\): it has no value serde/);
    expect(build).toThrow(/store sums: it has no value serde/);
    expect(build).toThrow(/sink KSTREAM-SINK-\d+ \(out\): it has no value serde/);
  });

  test('a source topic that does not exist', async () => {
    const streams = create({ topology: copying(), broker: broker('out') });
    await expect(streams.start()).rejects.toMatchObject({ code: 'SOURCE_TOPIC_MISSING', message: /: in;/ });
    expect(streams.state).toBe('ERROR');
    expect(streams.error).toBeInstanceOf(StreamsError);
  });

  test('topics that are joined and have different partition counts', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .join(builder.table('table', text), (left, right) => left + right)
      .to('out', text);
    const server = broker('in', 'out');
    server.createTopic('table', { partitions: 3 });
    const streams = create({ topology: builder.build(), broker: server });
    await expect(streams.start()).rejects.toMatchObject({
      code: 'COPARTITION_MISMATCH',
      message: /in \(2\), table \(3\)/,
    });
  });

  test('an internal topic of another size', async () => {
    const server = broker('in', 'out');
    server.createTopic('app-counts-changelog', { partitions: 5 });
    const streams = create({ topology: counting(), broker: server });
    await expect(streams.start()).rejects.toMatchObject({
      code: 'INTERNAL_TOPIC_INVALID',
      message: /app-counts-changelog has 5 partitions but the topology needs 2/,
    });
  });

  test('a sink topic that does not exist', async () => {
    const streams = create({ topology: copying(), broker: broker('in') });
    await expect(streams.start()).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', message: /topic out/ });
  });
});

describe('reading stores', () => {
  test('a name that the topology does not have, and a store of another type', async () => {
    const streams = create({ topology: counting(), broker: broker('in', 'out') });
    const keyValue = queryableStoreTypes.keyValueStore<string, number>();
    expect(() => streams.store('count', keyValue)).toThrow('The topology has no store count; it has counts');
    await expect(streams.store('counts', keyValue).get('a')).rejects.toMatchObject({ code: 'STORE_NOT_AVAILABLE' });
    await streams.start();
    expect(await streams.store('counts', keyValue).get('a')).toBe(null);
    const windows = streams.store('counts', queryableStoreTypes.windowStore<string, number>());
    await expect(windows.fetch('a', 0)).rejects.toMatchObject({
      code: 'STORE_TYPE_MISMATCH',
      message: 'Store counts is a key-value store, not a window store',
    });
  });
});

describe('internal topics', () => {
  test('have the settings of Kafka Streams', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .groupBy((_key, value) => value, { ...text, name: 'by-value' })
      .windowedBy(timeWindows({ size: '1m', grace: '30s' }))
      .count({ materialized: { name: 'windows' } });
    builder
      .stream('in', text)
      .groupByKey()
      .count({ materialized: { name: 'totals', changelogConfig: { 'segment.bytes': '1000000' } } });
    const server = broker('in');
    const streams = create({ topology: builder.build(), broker: server });
    await streams.start();
    const { admin } = server.connect({
      clientId: 'test',
      clock: { now: Date.now, monotonic: Date.now, schedule: () => ({ cancel: () => undefined }) },
      chance: () => 0,
    });
    expect(await admin.topicConfigs('app-by-value-repartition')).toMatchObject({
      'cleanup.policy': 'delete',
      'segment.bytes': '52428800',
      'retention.ms': '-1',
      'message.timestamp.type': 'CreateTime',
    });
    expect(await admin.topicConfigs('app-windows-changelog')).toMatchObject({
      'cleanup.policy': 'compact,delete',
      'retention.ms': String(90_000 + 86_400_000),
    });
    expect(await admin.topicConfigs('app-totals-changelog')).toMatchObject({
      'cleanup.policy': 'compact',
      'segment.bytes': '1000000',
    });
  });

  test('repartition topics are purged up to what is committed', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).repartition({ name: 'again' }).to('out', text);
    const server = broker('in', 'out');
    const streams = create({ topology: builder.build(), broker: server, repartitionPurgeInterval: 20 });
    await streams.start();
    for (let index = 0; index < 20; index++) put(server, 'in', [`key-${index}`, 'x']);
    await until(() => server.records('out').length === 20);
    await until(() => server.records('app-again-repartition').length === 0);
  });
});
