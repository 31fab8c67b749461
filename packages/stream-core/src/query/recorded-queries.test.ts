import { describe, expect, test } from 'vitest';

import { create, until } from '../../test/kafka-streams-harness.ts';
import type { RecordedAnswer } from '../../test/recorded-queries.ts';
import { ourQuery, queriedTopology, recordedQueries, shown } from '../../test/recorded-queries.ts';
import { MemoryBroker } from '../adapters/memory/memory-broker.ts';
import type { KafkaStreams } from '../kafka-streams.ts';
import type { StateQueryRequest } from './run-state-query.ts';

const [{ input }, answers] = recordedQueries();

/** Kafka Streams throws for these, where it reserves them for what users build themselves. */
const isReserved = ({ answer }: RecordedAnswer): boolean => answer.thrown === 'UnsupportedOperationException';

/** A range that ends before it begins: refused here when the query is made, in Kafka Streams only by versioned stores. */
const isBackwards = ({ query: { type, from, to } }: RecordedAnswer): boolean =>
  type === 'multiVersionedKey' && typeof from === 'number' && typeof to === 'number' && from > to;

const produce = (server: MemoryBroker, records: typeof input): void => {
  server.produce(
    'in',
    records.map(([key, value, timestamp]) => ({ key: Buffer.from(key), value: Buffer.from(value), timestamp })),
  );
};

const ask = async (streams: KafkaStreams, { store, query, bound }: RecordedAnswer): Promise<unknown> => {
  const request: Omit<StateQueryRequest<unknown>, 'query'> = {
    store,
    ...(bound === undefined ? {} : { positionBound: { [bound[0]]: { [bound[1]]: bound[2] } } }),
  };
  try {
    const result = (await streams.query({ ...request, query: ourQuery(query) })).partitions.get(0);
    if (result === undefined) return 'no partition';
    if (!result.isSuccess) return { failure: result.reason };
    const position = Object.entries(result.position).flatMap(([topic, offsets]) =>
      Object.entries(offsets).map(([partition, offset]) => [topic, Number(partition), offset]),
    );
    return { result: shown(result.value), position };
  } catch (error) {
    return { thrown: error instanceof RangeError ? 'IllegalArgumentException' : error };
  }
};

/** Kafka Streams leaves out the position of a failure where its outer store knows already. */
const comparable = (recorded: RecordedAnswer): unknown => {
  const { answer } = recorded;
  if (isReserved(recorded)) return { failure: 'UNKNOWN_QUERY_TYPE' };
  if (isBackwards(recorded)) return { thrown: 'IllegalArgumentException' };
  if (answer.failure !== undefined) return { failure: answer.failure };
  return answer.thrown === undefined ? answer : { thrown: answer.thrown };
};

describe('the recorded answers of Kafka Streams to queries', () => {
  test('of every type, to stores of every type, with and without a bound', async () => {
    const server = new MemoryBroker();
    server.createTopic('in', { partitions: 1 });
    const streams = create({ topology: queriedTopology(), broker: server });
    await streams.start();
    produce(server, input.slice(0, -1));
    const isDone = { store: 'plain-inMemory', query: { type: 'key', key: 'a' }, answer: { result: 'a20' } };
    await until(async () => JSON.stringify(await ask(streams, isDone)).includes('a20'));

    const differences: unknown[] = [];
    for (const recorded of answers) {
      const expected = comparable(recorded);
      const got = await ask(streams, recorded);
      if (JSON.stringify(got) !== JSON.stringify(expected)) differences.push({ ...recorded, expected, got });
    }
    expect(differences).toEqual([]);
    expect(answers.length).toBeGreaterThan(1_400);
  });

  test('a record that a processor passes over counts as seen, which Kafka Streams only learns from the next one', async () => {
    const server = new MemoryBroker();
    server.createTopic('in', { partitions: 1 });
    const streams = create({ topology: queriedTopology(), broker: server });
    await streams.start();
    produce(server, input);
    const bound = { in: { 0: input.length - 1 } };
    const query = { store: 'plain-inMemory', query: ourQuery({ type: 'key', key: 'a' }), positionBound: bound };
    await until(async () => (await streams.query(query)).onlyPartitionResult()?.value === 'a20');
    expect((await streams.query(query)).position).toEqual(bound);
  });
});
