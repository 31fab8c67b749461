import { describe, expect, it } from 'vitest';
import { batchOf, inProcessWorld } from '../../../../test/in-process-world.ts';
import { ScriptedFaults } from '../../memory/scripted-faults.ts';
import { apiVersionsApi } from '../protocol/api-versions-api.ts';
import { fetchApi } from '../protocol/fetch-api.ts';
import { listTransactionsApi } from '../protocol/list-transactions-api.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import { produceApi } from '../protocol/produce-api.ts';
import { anyNode } from '../transport.ts';

const unavailable = { code: 'BROKER_UNAVAILABLE' };

const produceOf = (value: string) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 1000,
  topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf([value]) }] }],
});

const metadata = { topics: [{ name: 't' }] };

const longPoll = ({ brokers, broker }: ReturnType<typeof inProcessWorld>) => ({
  maxWaitMs: 60_000,
  minBytes: 1,
  topics: [
    {
      topicId: brokers.topicId(broker.cluster.topics.get('t')),
      partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }],
    },
  ],
  forgottenTopicsData: [],
});

describe('faults', () => {
  it('before a request leave the broker untouched, after it they take the answer only', async () => {
    const faults = new ScriptedFaults();
    const { call, broker } = inProcessWorld({ faults });
    faults.fail('before', 'produce', 'BROKER_UNAVAILABLE');
    await expect(call(produceApi, produceOf('a'))).rejects.toMatchObject(unavailable);
    expect(broker.endOffsets('t')).toEqual([0]);
    faults.fail('after', 'produce', 'BROKER_UNAVAILABLE');
    await expect(call(produceApi, produceOf('b'))).rejects.toMatchObject(unavailable);
    expect(broker.endOffsets('t')).toEqual([1]);
    expect(faults.count('produce')).toBe(2);
  });

  it('break the connection: what stands behind in the lane never gets there, other lanes go on', async () => {
    const faults = new ScriptedFaults();
    const { call, broker } = inProcessWorld({ faults });
    const release = faults.hold('before', 'produce');
    faults.fail('before', 'produce', 'BROKER_UNAVAILABLE');
    const first = expect(call(produceApi, produceOf('a'))).rejects.toMatchObject(unavailable);
    const second = expect(call(produceApi, produceOf('b'))).rejects.toMatchObject(unavailable);
    expect((await call(metadataApi, metadata, { lane: 'other' })).errorCode).toBe(0);
    release();
    await Promise.all([first, second]);
    expect(broker.endOffsets('t')).toEqual([0]);
    expect((await call(produceApi, produceOf('c'))).responses[0]?.partitionResponses[0]?.baseOffset).toBe(0);
  });

  it('of another kind are the answer, and the connection stays', async () => {
    const faults = new ScriptedFaults();
    const { call } = inProcessWorld({ faults });
    faults.fail('before', 'produce', 'AUTHORIZATION_FAILED');
    const first = call(produceApi, produceOf('a'));
    const second = call(produceApi, produceOf('b'));
    await expect(first).rejects.toMatchObject({ code: 'AUTHORIZATION_FAILED' });
    expect((await second).responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  });
});

describe('a lane', () => {
  it('keeps the order of its requests', async () => {
    const faults = new ScriptedFaults();
    const { call, broker } = inProcessWorld({ faults });
    const release = faults.hold('before', 'produce');
    const sent = [call(produceApi, produceOf('a')), call(produceApi, produceOf('b'))];
    await new Promise(setImmediate);
    expect(broker.endOffsets('t')).toEqual([0]);
    release();
    await Promise.all(sent);
    expect(broker.records('t').map(({ value }) => String(value))).toEqual(['a', 'b']);
  });

  it('is lost with an answer that does not come in time, and leaves no timer behind', async () => {
    const base = inProcessWorld();
    const waiting = base.call(fetchApi, longPoll(base), { timeoutMs: 100 });
    const lost = expect(waiting).rejects.toThrow('no answer to Fetch within 100 ms');
    await base.clock.advance(100);
    await lost;
    expect(base.clock.pendingTimers).toBe(0);
  });

  it('can be closed, which ends what waits in it', async () => {
    const base = inProcessWorld();
    const waiting = expect(base.call(fetchApi, longPoll(base), { lane: 'poll' })).rejects.toMatchObject(unavailable);
    await new Promise(setImmediate);
    await base.transport.close('poll');
    await waiting;
    expect(base.clock.pendingTimers).toBe(0);
    expect((await base.call(metadataApi, metadata)).errorCode).toBe(0);
  });
});

describe('nodes', () => {
  it('are asked by their id when somebody said where they are', async () => {
    const { transport, brokers } = inProcessWorld({ nodes: 2 });
    await expect(transport.version(5, produceApi)).rejects.toMatchObject(unavailable);
    transport.learn([{ nodeId: 5, host: 'elsewhere', port: 1 }]);
    await expect(transport.version(5, produceApi)).rejects.toMatchObject(unavailable);
    expect(await transport.version(1, produceApi)).toBe(produceApi.maxVersion);
    brokers.stop(0);
    await expect(transport.version(0, produceApi)).rejects.toMatchObject(unavailable);
    expect(await transport.version(anyNode, produceApi)).toBe(produceApi.maxVersion);
    brokers.stop(1);
    await expect(transport.features(anyNode)).rejects.toMatchObject(unavailable);
  });

  it('that go down break their connections, and hand their partitions to the others', async () => {
    const base = inProcessWorld({ nodes: 2, partitions: 2 });
    const waiting = expect(base.call(fetchApi, longPoll(base))).rejects.toMatchObject(unavailable);
    await new Promise(setImmediate);
    base.brokers.stop(0);
    await waiting;
    const { brokers, topics } = await base.call(metadataApi, metadata, { node: 1 });
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1]);
    const leaders = topics[0]?.partitions.map(({ leaderId, leaderEpoch }) => [leaderId, leaderEpoch]);
    expect(leaders).toEqual([
      [1, 1],
      [1, 0],
    ]);
    base.brokers.start(0);
    expect((await base.call(metadataApi, metadata)).brokers).toHaveLength(2);
  });
});

describe('versions', () => {
  it('are those of the client, or of an older cluster', async () => {
    const { transport, call } = inProcessWorld({ maxVersions: { Produce: 11, Fetch: 3 }, features: {} });
    expect(await transport.version(0, produceApi)).toBe(11);
    await expect(transport.version(0, fetchApi)).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    await expect(transport.version(0, listTransactionsApi)).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    await expect(call(produceApi, produceOf('a'))).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    expect(await transport.features(0)).toEqual(new Map());
    const { apiKeys } = await call(apiVersionsApi, { clientSoftwareName: 'test', clientSoftwareVersion: '1' });
    expect(apiKeys).toContainEqual({ apiKey: produceApi.key, minVersion: produceApi.minVersion, maxVersion: 11 });
  });

  it('come with the features of the cluster', async () => {
    const { transport, call } = inProcessWorld();
    expect(await transport.features(0)).toEqual(new Map([['transaction.version', 2]]));
    const { finalizedFeatures } = await call(apiVersionsApi, { clientSoftwareName: '', clientSoftwareVersion: '' });
    expect(finalizedFeatures).toEqual([{ name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 2 }]);
  });
});

it('is of no use once it is closed', async () => {
  const { transport, call } = inProcessWorld();
  await transport.close();
  await transport.close();
  await expect(call(metadataApi, metadata)).rejects.toMatchObject({ code: 'CLOSED' });
});
