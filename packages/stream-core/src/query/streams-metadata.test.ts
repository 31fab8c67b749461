import { expect, test } from 'vitest';

import { broker, counting, create, put, text, until, values } from '../../test/kafka-streams-harness.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { serdes } from '../serdes/serdes.ts';
import { createPlan } from '../topology/plan.ts';
import { stateQueries } from './state-queries.ts';
import { StreamsMetadataState } from './streams-metadata.ts';

test('every instance knows who has a key, and who has what', async () => {
  const server = broker('in', 'out');
  const start = async (applicationServer: string) => {
    const streams = create({ topology: counting(), broker: server, applicationServer });
    expect(streams.metadataForAllStreamsClients()).toEqual([]);
    expect(streams.queryMetadataForKey('counts', 'a', serdes.string())).toBeNull();
    await streams.start();
    return streams;
  };
  const instances = [await start('first:1'), await start('second:2')];
  await until(() =>
    instances.every((each) => {
      const all = each.metadataForAllStreamsClients();
      return all.length === 2 && all.every(({ topicPartitions }) => topicPartitions.length === 1);
    }),
  );
  put(server, 'in', ['a', '1'], ['d', '1']);
  await until(() => values(server, 'out').length === 2);
  for (const asked of instances) {
    const names = asked.metadataForAllStreamsClients().map(({ applicationServer }) => applicationServer);
    expect([...names].sort()).toEqual(['first:1', 'second:2']);
    expect(asked.streamsMetadataForStore('counts')).toHaveLength(2);
    expect(asked.streamsMetadataForStore('missing')).toEqual([]);
    for (const key of ['a', 'd']) {
      const found = asked.queryMetadataForKey('counts', key, serdes.string());
      const owner = instances[found?.activeHost === 'first:1' ? 0 : 1];
      const partitions = [found?.partition ?? -1];
      const request = { store: 'counts', query: stateQueries.key<string, number>(key), partitions };
      await until(async () => (await owner?.query(request))?.onlyPartitionResult()?.value === 1);
    }
    const byPartitioner = asked.queryMetadataForKey('counts', 'a', () => 1);
    expect(byPartitioner).toEqual(asked.queryMetadataForKey('counts', 'd', serdes.string()));
    expect(() => asked.queryMetadataForKey('counts', 'a', () => [0, 1])).toThrow(RangeError);
    expect(() => asked.queryMetadataForKey('missing', 'a', serdes.string())).toThrow(
      expect.objectContaining({ code: 'STORE_NOT_FOUND' }),
    );
  }
});

test('a global store is with everybody: asked is the instance itself', () => {
  const builder = new StreamsBuilder();
  builder.globalTable('rates', { ...text, materialized: { name: 'rates' } });
  builder.stream('in', text).to('out', text);
  const plan = createPlan(builder.build(), { applicationId: 'app', defaults: { key: null, value: null } });
  const metadata = new StreamsMetadataState(plan, 'here:1');
  expect(metadata.ofKey('rates', 'a', text.key)).toEqual({ activeHost: 'here:1', partition: -1 });
  metadata.update({
    isShutdownRequested: false,
    error: null,
    instances: [{ applicationServer: 'here:1', tasks: [{ subtopology: 1, partition: 0 }] }],
    partitionCounts: new Map([['in', 1]]),
  });
  expect(metadata.all()).toEqual([
    { applicationServer: 'here:1', stateStoreNames: ['rates'], topicPartitions: [{ topic: 'in', partition: 0 }] },
  ]);
});

test('what a pattern matches is known too', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream(/in-.*/, text)
    .groupByKey()
    .count({ materialized: { name: 'counts' } });
  const options = { topology: builder.build(), broker: broker('in-1', 'in-2'), applicationServer: 'here:1' };
  const streams = create(options);
  await streams.start();
  expect(streams.queryMetadataForKey('counts', 'd', text.key)).toEqual({ activeHost: 'here:1', partition: 1 });
  expect(streams.metadataForAllStreamsClients()[0]?.topicPartitions).toHaveLength(4);
});

test('a place that is none is refused with the rest of the configuration', () => {
  const options = { topology: counting(), broker: broker('in', 'out'), applicationServer: 'nowhere' };
  expect(() => create(options)).toThrow(/applicationServer: nowhere is not host:port/);
});
