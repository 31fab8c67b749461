import { describe, expect, it } from 'vitest';
import { batchOf, inProcessWorld } from '../../../../test/in-process-world.ts';
import { addOffsetsToTxnApi } from '../protocol/add-offsets-to-txn-api.ts';
import { addPartitionsToTxnApi } from '../protocol/add-partitions-to-txn-api.ts';
import { endTxnApi } from '../protocol/end-txn-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { initProducerIdApi } from '../protocol/init-producer-id-api.ts';
import { offsetFetchApi } from '../protocol/offset-fetch-api.ts';
import { produceApi } from '../protocol/produce-api.ts';
import { txnOffsetCommitApi } from '../protocol/txn-offset-commit-api.ts';

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const world = (options: Parameters<typeof inProcessWorld>[0] = {}) => {
  const base = inProcessWorld(options);
  const { call } = base;
  const init = async (current: Producer | null = null) => {
    const { errorCode, producerId, producerEpoch } = await call(initProducerIdApi, {
      transactionalId: 'x',
      transactionTimeoutMs: 60_000,
      ...current,
    });
    return { errorCode, producerId, producerEpoch };
  };
  const produce = async ({ producerId, producerEpoch }: Producer, baseSequence: number, version?: number) => {
    const records = batchOf(['v'], { producerId, producerEpoch, baseSequence }, true);
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
    const request = { transactionalId: 'x', acks: -1, timeoutMs: 1000, topicData };
    const response = await call(produceApi, request, version === undefined ? {} : { version });
    return response.responses[0]?.partitionResponses[0]?.errorCode;
  };
  const end = ({ producerId, producerEpoch }: Producer, committed: boolean, version = endTxnApi.maxVersion) =>
    call(endTxnApi, { transactionalId: 'x', producerId, producerEpoch, committed }, { version });
  const commitOffsets = async (
    { producerId, producerEpoch }: Producer,
    { version = 5, generationId = -1, memberId = '', partition = 0, metadata = 'm' } = {},
  ) => {
    const request = {
      transactionalId: 'x',
      groupId: 'g',
      producerId,
      producerEpoch,
      generationId,
      memberId,
      topics: [
        { name: 't', partitions: [{ partitionIndex: partition, committedOffset: 7, committedMetadata: metadata }] },
      ],
    };
    const response = await call(txnOffsetCommitApi, request, { version });
    return response.topics[0]?.partitions[0]?.errorCode;
  };
  const fetchOffset = async () => {
    const groups = [{ groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] }];
    const response = await call(offsetFetchApi, { groups, requireStable: true });
    return response.groups[0]?.topics[0]?.partitions[0];
  };
  return { ...base, init, produce, end, commitOffsets, fetchOffset };
};

describe('the id of a producer', () => {
  it('gets a new epoch with every start, which keeps out the one before', async () => {
    const { init, produce } = world();
    const first = await init();
    expect(first).toMatchObject({ errorCode: 0, producerEpoch: 0 });
    const second = await init();
    expect(second).toEqual({ ...first, producerEpoch: 1 });
    expect(await produce(first, 0)).toBe(kafkaErrors.INVALID_PRODUCER_EPOCH.number);
    expect(await produce(second, 0)).toBe(0);
  });

  it('gets a new epoch for the current one, the same again when the answer got lost, and none for an old one', async () => {
    const { init } = world();
    const first = await init();
    const second = await init(first);
    expect(second.producerEpoch).toBe(1);
    expect(await init(first)).toEqual(second);
    const third = await init(second);
    expect(third.producerEpoch).toBe(2);
    expect(await init(first)).toEqual({
      errorCode: kafkaErrors.PRODUCER_FENCED.number,
      producerId: -1,
      producerEpoch: -1,
    });
  });

  it('is refused for half an identity and for a timeout that is too long', async () => {
    const { call } = world();
    const request = { transactionalId: 'x', transactionTimeoutMs: 60_000 };
    const half = await call(initProducerIdApi, { ...request, producerId: 5 });
    expect(half.errorCode).toBe(kafkaErrors.INVALID_REQUEST.number);
    const long = await call(initProducerIdApi, { ...request, transactionTimeoutMs: 10_000_000 });
    expect(long.errorCode).toBe(kafkaErrors.INVALID_TRANSACTION_TIMEOUT.number);
  });
});

describe('a transaction of version 2', () => {
  it('ends with the epoch of the next one, and says so again when it is asked again', async () => {
    const { init, produce, end, broker } = world();
    const producer = await init();
    await produce(producer, 0);
    const ended = await end(producer, true);
    expect(ended).toMatchObject({ errorCode: 0, producerId: producer.producerId, producerEpoch: 1 });
    expect(await end(producer, true)).toEqual(ended);
    expect(await produce(producer, 1)).toBe(kafkaErrors.INVALID_PRODUCER_EPOCH.number);
    expect(await produce(ended, 0)).toBe(0);
    expect((await end(ended, false)).producerEpoch).toBe(2);
    expect(broker.records('t')).toHaveLength(1);
  });

  it('holds offsets back until it is committed', async () => {
    const { init, commitOffsets, fetchOffset, end } = world();
    const producer = await init();
    expect(await commitOffsets(producer)).toBe(0);
    expect(await fetchOffset()).toMatchObject({
      errorCode: kafkaErrors.UNSTABLE_OFFSET_COMMIT.number,
      committedOffset: -1,
    });
    await end(producer, true);
    expect(await fetchOffset()).toMatchObject({ errorCode: 0, committedOffset: 7, metadata: 'm' });
  });

  it('takes no offsets of a member that is none, of an old producer, or with too much metadata', async () => {
    const { init, commitOffsets } = world();
    const old = await init();
    const producer = await init();
    expect(await commitOffsets(producer, { generationId: 3, memberId: 'ghost' })).toBe(
      kafkaErrors.ILLEGAL_GENERATION.number,
    );
    expect(await commitOffsets(old)).toBe(kafkaErrors.INVALID_PRODUCER_EPOCH.number);
    expect(await commitOffsets(producer, { metadata: 'x'.repeat(5000) })).toBe(
      kafkaErrors.OFFSET_METADATA_TOO_LARGE.number,
    );
    expect(await commitOffsets(producer, { partition: 9 })).toBe(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number);
  });
});

describe('a transaction of version 1', () => {
  const add = async ({ call }: ReturnType<typeof world>, { producerId, producerEpoch }: Producer, topics = ['t']) => {
    const response = await call(addPartitionsToTxnApi, {
      v3AndBelowTransactionalId: 'x',
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: topics.map((name) => ({ name, partitions: [0] })),
    });
    return response.resultsByTopicV3AndBelow.map((topic) => topic.resultsByPartition[0]?.partitionErrorCode);
  };

  it('keeps its epoch, and the sequences go on', async () => {
    const base = world();
    const { init, produce, end, broker } = base;
    const producer = await init();
    expect(await add(base, producer)).toEqual([0]);
    expect(await produce(producer, 0, 11)).toBe(0);
    expect(await end(producer, true, 4)).toMatchObject({ errorCode: 0, producerId: -1, producerEpoch: -1 });
    expect((await end(producer, true, 4)).errorCode).toBe(0);
    expect((await end(producer, false, 4)).errorCode).toBe(kafkaErrors.INVALID_TXN_STATE.number);
    expect(await produce(producer, 1, 11)).toBe(kafkaErrors.INVALID_TXN_STATE.number);
    await add(base, producer);
    expect(await produce(producer, 1, 11)).toBe(0);
    expect((await end(producer, false, 4)).errorCode).toBe(0);
    expect(broker.records('t')).toHaveLength(1);
  });

  it('takes offsets of a group that was added', async () => {
    const { init, call, commitOffsets, end, fetchOffset } = world();
    const producer = await init();
    expect(await commitOffsets(producer, { version: 3 })).toBe(kafkaErrors.INVALID_TXN_STATE.number);
    const { producerId, producerEpoch } = producer;
    const added = await call(addOffsetsToTxnApi, { transactionalId: 'x', producerId, producerEpoch, groupId: 'g' });
    expect(added.errorCode).toBe(0);
    expect(await commitOffsets(producer, { version: 3 })).toBe(0);
    await end(producer, true, 3);
    expect(await fetchOffset()).toMatchObject({ errorCode: 0, committedOffset: 7 });
  });

  it('adds all partitions or none', async () => {
    const base = world();
    const producer = await base.init();
    expect(await add(base, producer, ['t', 'nowhere'])).toEqual([
      kafkaErrors.OPERATION_NOT_ATTEMPTED.number,
      kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number,
    ]);
    expect(await base.produce(producer, 0, 11)).toBe(kafkaErrors.INVALID_TXN_STATE.number);
  });
});

it('sends a producer to its coordinator', async () => {
  const { brokers, call } = world({ nodes: 2 });
  const right = brokers.coordinator('transaction', 'x')?.nodeId ?? -1;
  const request = { transactionalId: 'x', transactionTimeoutMs: 60_000 };
  expect((await call(initProducerIdApi, request, { node: 1 - right })).errorCode).toBe(
    kafkaErrors.NOT_COORDINATOR.number,
  );
  expect((await call(initProducerIdApi, request, { node: right })).errorCode).toBe(0);
});
