import type { KafkaFetcherOptions } from '../../../src/adapters/kafka/fetch/fetch-options.ts';
import { KafkaFetcher } from '../../../src/adapters/kafka/fetch/kafka-fetcher.ts';
import type { FetchedPartition } from '../../../src/broker/fetcher.ts';
import { seededChance } from '../../../src/common/chance.ts';
import type { TopicPartition } from '../../../src/common/topic-partition.ts';
import { StreamsError } from '../../../src/errors/streams-error.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { FetchBroker } from './fetch-broker.ts';

/** A fetcher of scripted brokers on a clock that stands still. */
export const openFetcher = (options: Partial<KafkaFetcherOptions> = {}) => {
  const clock = new ManualClock(1_000);
  const broker = new FetchBroker(clock);
  const fetcher = new KafkaFetcher({
    cluster: broker,
    clock,
    chance: seededChance(1),
    clientId: 'client',
    isolationLevel: 'read_committed',
    maxPartitionBytes: 1_000,
    onClose: () => undefined,
    ...options,
  });
  const poll = (timeoutMs = 5_000): Promise<readonly FetchedPartition[]> => clock.settle(fetcher.poll(timeoutMs));
  const read = (...partitions: readonly TopicPartition[]): void => {
    fetcher.assign(partitions);
    for (const partition of partitions) fetcher.seek(partition, 0);
  };
  return { clock, broker, fetcher, poll, read };
};

/** The values of the records, as texts. */
export const textsOf = (fetched: readonly FetchedPartition[]): string[] =>
  fetched.flatMap(({ batches, position }) =>
    batches.flatMap((batch) => {
      const texts: string[] = [];
      for (const cursor = batch.cursor(position); cursor.next(); ) texts.push(String(cursor.value()));
      return texts;
    }),
  );

/** The error that a promise rejects with. */
export const errorOf = async (promise: Promise<unknown>): Promise<StreamsError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StreamsError) return error;
    throw error;
  }
  throw new Error('it was no error');
};
