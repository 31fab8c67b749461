import { describe, expect, it } from 'vitest';
import { inProcessWorld } from '../../../../test/in-process-world.ts';
import { createPartitionsApi } from '../protocol/create-partitions-api.ts';
import { createTopicsApi } from '../protocol/create-topics-api.ts';
import { deleteRecordsApi } from '../protocol/delete-records-api.ts';
import { deleteTopicsApi } from '../protocol/delete-topics-api.ts';
import { describeClusterApi } from '../protocol/describe-cluster-api.ts';
import { describeConfigsApi } from '../protocol/describe-configs-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { findCoordinatorApi } from '../protocol/find-coordinator-api.ts';
import { incrementalAlterConfigsApi } from '../protocol/incremental-alter-configs-api.ts';
import { listOffsetsApi } from '../protocol/list-offsets-api.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import { offsetForLeaderEpochApi } from '../protocol/offset-for-leader-epoch-api.ts';

const newTopic = (name: string, rest: { numPartitions?: number; replicationFactor?: number } = {}) => ({
  name,
  numPartitions: 1,
  replicationFactor: -1,
  assignments: [],
  configs: [{ name: 'cleanup.policy', value: 'compact' }],
  ...rest,
});

describe('topics', () => {
  it('are created with settings, each with its own result', async () => {
    const { call, broker } = inProcessWorld();
    const { topics } = await call(createTopicsApi, {
      topics: [
        newTopic('a', { numPartitions: 3 }),
        newTopic('t'),
        newTopic('b', { replicationFactor: 2 }),
        { ...newTopic('c'), configs: [{ name: 'no.such', value: '1' }] },
      ],
    });
    const { TOPIC_ALREADY_EXISTS, INVALID_REPLICATION_FACTOR, INVALID_CONFIG } = kafkaErrors;
    expect(topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', 0],
      ['t', TOPIC_ALREADY_EXISTS.number],
      ['b', INVALID_REPLICATION_FACTOR.number],
      ['c', INVALID_CONFIG.number],
    ]);
    expect(topics[0]).toMatchObject({ numPartitions: 3, replicationFactor: 1 });
    expect(topics[0]?.configs).toContainEqual(
      expect.objectContaining({ name: 'cleanup.policy', value: 'compact', configSource: 1 }),
    );
    expect(broker.cluster.topics.names).toEqual(['t', 'a']);
  });

  it('are found by name and by id, each id once', async () => {
    const { call } = inProcessWorld({ partitions: 2, nodes: 2 });
    const byName = await call(metadataApi, { topics: [{ name: 't' }, { name: 'none' }] });
    const [found, missing] = byName.topics;
    expect(found?.partitions.map(({ leaderId }) => leaderId)).toEqual([0, 1]);
    expect(missing).toMatchObject({ name: 'none', errorCode: kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number });
    const topicId = found?.topicId ?? '';
    const byId = await call(metadataApi, { topics: [{ topicId, name: null }] });
    expect(byId.topics[0]).toMatchObject({ name: 't', errorCode: 0 });
    await call(deleteTopicsApi, { topics: [{ topicId }], timeoutMs: 1 });
    await call(createTopicsApi, { topics: [newTopic('t')] });
    const old = await call(metadataApi, { topics: [{ topicId, name: null }] });
    expect(old.topics[0]?.errorCode).toBe(kafkaErrors.UNKNOWN_TOPIC_ID.number);
    const all = await call(metadataApi, { topics: null });
    expect(all.topics).toMatchObject([{ name: 't' }]);
    expect(all.topics[0]?.topicId).not.toBe(topicId);
    expect((await call(metadataApi, { topics: [] })).topics).toEqual([]);
  });

  it('are deleted by name, and grow', async () => {
    const { call, broker } = inProcessWorld();
    const grown = await call(createPartitionsApi, {
      topics: [{ name: 't', count: 4, assignments: null }],
      timeoutMs: 1,
      validateOnly: false,
    });
    expect(grown.results[0]?.errorCode).toBe(0);
    expect(broker.endOffsets('t')).toHaveLength(4);
    const deleted = await call(deleteTopicsApi, { topicNames: ['t', 'none'], timeoutMs: 1 }, { version: 5 });
    expect(deleted.responses.map(({ errorCode }) => errorCode)).toEqual([
      0,
      kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number,
    ]);
  });

  it('have settings that can be read and changed', async () => {
    const { call } = inProcessWorld();
    const resource = { resourceType: 2, resourceName: 't' };
    const alter = (name: string, configOperation: number, value: string | null) =>
      call(incrementalAlterConfigsApi, {
        resources: [{ ...resource, configs: [{ name, configOperation, value }] }],
        validateOnly: false,
      });
    const read = async (name: string) => {
      const asked = { ...resource, configurationKeys: [name] };
      return (await call(describeConfigsApi, { resources: [asked] })).results[0]?.configs[0];
    };
    expect((await alter('cleanup.policy', 2, 'compact')).responses[0]?.errorCode).toBe(0);
    expect(await read('cleanup.policy')).toMatchObject({ value: 'delete,compact', configSource: 1 });
    await alter('cleanup.policy', 3, 'delete');
    expect((await read('cleanup.policy'))?.value).toBe('compact');
    await alter('cleanup.policy', 1, null);
    expect(await read('cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 });
    expect((await alter('cleanup.policy', 0, 'shred')).responses[0]?.errorCode).toBe(kafkaErrors.INVALID_CONFIG.number);
  });
});

describe('offsets of a log', () => {
  const ask = async ({ call }: ReturnType<typeof inProcessWorld>, timestamp: number, partitionIndex = 0) => {
    const topics = [{ name: 't', partitions: [{ partitionIndex, timestamp }] }];
    const response = await call(listOffsetsApi, { replicaId: -1, isolationLevel: 1, topics });
    return response.topics[0]?.partitions[0];
  };

  it('are listed by their ends and by time', async () => {
    const base = inProcessWorld();
    const records = [100, 300, 200].map((timestamp) => ({ key: null, value: Buffer.from('v'), timestamp }));
    base.broker.produce('t', records);
    expect(await ask(base, -1)).toMatchObject({ errorCode: 0, offset: 3, timestamp: -1, leaderEpoch: 0 });
    expect(await ask(base, -2)).toMatchObject({ offset: 0 });
    expect(await ask(base, -3)).toMatchObject({ offset: 1, timestamp: 300 });
    expect(await ask(base, 150)).toMatchObject({ offset: 1, timestamp: 300 });
    expect(await ask(base, 301)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1, leaderEpoch: -1 });
    expect((await ask(base, -1, 9))?.errorCode).toBe(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number);
  });

  it('rise when records are deleted', async () => {
    const base = inProcessWorld();
    base.broker.produce(
      't',
      ['a', 'b'].map((value) => ({ key: null, value: Buffer.from(value) })),
    );
    const remove = async (offset: number) => {
      const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset }] }];
      return (await base.call(deleteRecordsApi, { topics, timeoutMs: 1 })).topics[0]?.partitions[0];
    };
    expect(await remove(1)).toMatchObject({ errorCode: 0, lowWatermark: 1 });
    expect(await ask(base, -2)).toMatchObject({ offset: 1 });
    expect((await remove(9))?.errorCode).toBe(kafkaErrors.OFFSET_OUT_OF_RANGE.number);
    expect(await remove(-1)).toMatchObject({ lowWatermark: 2 });
  });

  it('end with their leader epoch', async () => {
    const base = inProcessWorld();
    const topicPartition = { topic: 't', partition: 0 };
    const write = () => base.broker.produce('t', [{ key: null, value: Buffer.from('v') }]);
    write();
    base.brokers.moveLeader(topicPartition, 0);
    base.brokers.moveLeader(topicPartition, 0);
    write();
    const endOf = async (leaderEpoch: number) => {
      const topics = [{ topic: 't', partitions: [{ partition: 0, leaderEpoch }] }];
      const found = (await base.call(offsetForLeaderEpochApi, { topics })).topics[0]?.partitions[0];
      return [found?.leaderEpoch, found?.endOffset];
    };
    expect(await endOf(0)).toEqual([0, 1]);
    expect(await endOf(1)).toEqual([1, 1]);
    expect(await endOf(2)).toEqual([2, 2]);
    expect(await endOf(3)).toEqual([-1, -1]);
  });
});

describe('the cluster', () => {
  it('names its nodes and its coordinators, in both forms of the request', async () => {
    const { call, brokers } = inProcessWorld({ nodes: 3 });
    const described = await call(describeClusterApi, {});
    expect(described.brokers).toHaveLength(3);
    const listed = await call(findCoordinatorApi, { keyType: 0, coordinatorKeys: ['g', ''] });
    const expected = brokers.coordinator('group', 'g');
    expect(listed.coordinators[0]).toMatchObject({ key: 'g', errorCode: 0, ...expected });
    expect(listed.coordinators[1]?.errorCode).toBe(kafkaErrors.INVALID_GROUP_ID.number);
    const single = await call(findCoordinatorApi, { key: 'g', keyType: 0 }, { version: 3 });
    expect(single).toMatchObject({ errorCode: 0, ...expected });
  });
});
