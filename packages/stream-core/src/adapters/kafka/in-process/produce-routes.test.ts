import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { batchOf, inProcessWorld } from '../../../../test/in-process-world.ts';
import { addPartitionsToTxnApi } from '../protocol/add-partitions-to-txn-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { initProducerIdApi } from '../protocol/init-producer-id-api.ts';
import { produceApi } from '../protocol/produce-api.ts';

const produceOf = (records: Uint8Array, { topic = 't', transactionalId = null as string | null } = {}) => ({
  transactionalId,
  acks: -1,
  timeoutMs: 1000,
  topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
});

const world = (options: Parameters<typeof inProcessWorld>[0] = {}) => {
  const base = inProcessWorld(options);
  const send = async (
    records: Uint8Array,
    options: { topic?: string; transactionalId?: string; version?: number } = {},
  ) => {
    const { version = produceApi.maxVersion, ...where } = options;
    const response = await base.call(produceApi, produceOf(records, where), { version });
    return response.responses[0]?.partitionResponses[0];
  };
  const init = async (transactionalId: string | null = null) => {
    const response = await base.call(initProducerIdApi, { transactionalId, transactionTimeoutMs: 60_000 });
    expect(response.errorCode).toBe(0);
    return { producerId: response.producerId, producerEpoch: response.producerEpoch };
  };
  return { ...base, send, init };
};

describe('produce', () => {
  it('appends a batch and says where', async () => {
    const { send, broker } = world();
    expect(await send(batchOf(['a', 'b']))).toMatchObject({ errorCode: 0, baseOffset: 0, logStartOffset: 0 });
    expect(await send(batchOf(['c']))).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect(broker.records('t').map(({ value }) => Buffer.from(value ?? []).toString())).toEqual(['a', 'b', 'c']);
  });

  it('answers a retry with the place of the first attempt, and refuses a gap', async () => {
    const { send, init, broker } = world();
    const producer = await init();
    const batch = batchOf(['a', 'b'], { ...producer, baseSequence: 0 });
    expect(await send(batch)).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await send(batchOf(['c'], { ...producer, baseSequence: 2 }))).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect(await send(batch)).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await send(batchOf(['x'], { ...producer, baseSequence: 9 }))).toMatchObject({
      errorCode: kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER.number,
      baseOffset: -1,
    });
    expect(broker.endOffsets('t')).toEqual([3]);
  });

  it('refuses an old epoch, an unknown topic, damaged bytes and two batches at once', async () => {
    const { send, init } = world();
    const producer = await init();
    await send(batchOf(['a'], { ...producer, producerEpoch: 3, baseSequence: 0 }));
    const old = await send(batchOf(['b'], { ...producer, producerEpoch: 2, baseSequence: 0 }));
    expect(old?.errorCode).toBe(kafkaErrors.INVALID_PRODUCER_EPOCH.number);
    expect((await send(batchOf(['a']), { topic: 'nowhere' }))?.errorCode).toBe(
      kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number,
    );
    const damaged = Buffer.from(batchOf(['a']));
    damaged[damaged.length - 1] = 0xff;
    expect((await send(damaged))?.errorCode).toBe(kafkaErrors.CORRUPT_MESSAGE.number);
    const two = Buffer.concat([batchOf(['a']), batchOf(['b'])]);
    expect(await send(two)).toMatchObject({
      errorCode: kafkaErrors.INVALID_RECORD.number,
      errorMessage: '2 batches for one partition, not one',
    });
  });

  it('takes a transactional batch by itself since version 12, and before only what was added', async () => {
    const { send, init, call } = world();
    const producer = await init('x');
    const batch = batchOf(['a'], { ...producer, baseSequence: 0 }, true);
    const old = { transactionalId: 'x', version: 11 };
    expect((await send(batch, old))?.errorCode).toBe(kafkaErrors.INVALID_TXN_STATE.number);
    const added = await call(addPartitionsToTxnApi, {
      v3AndBelowTransactionalId: 'x',
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: 't', partitions: [0] }],
    });
    expect(added.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode).toBe(0);
    expect((await send(batch, old))?.errorCode).toBe(0);

    const implicit = world();
    const other = await implicit.init('x');
    const sent = await implicit.send(batchOf(['a'], { ...other, baseSequence: 0 }, true), { transactionalId: 'x' });
    expect(sent?.errorCode).toBe(0);
  });

  it('names the leader and its address when another node was asked', async () => {
    const { call, brokers } = world({ nodes: 3 });
    brokers.moveLeader({ topic: 't', partition: 0 }, 2);
    const response = await call(produceApi, produceOf(batchOf(['a'])));
    expect(response.responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: kafkaErrors.NOT_LEADER_OR_FOLLOWER.number,
      currentLeader: { leaderId: 2, leaderEpoch: 1 },
    });
    expect(response.nodeEndpoints).toEqual([{ nodeId: 2, host: 'node-2.in-process', port: 9094, rack: null }]);
    const right = await call(produceApi, produceOf(batchOf(['a'])), { node: 2 });
    expect(right.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 0 });
  });
});
