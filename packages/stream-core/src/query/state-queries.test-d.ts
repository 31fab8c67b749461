import { expectTypeOf, test } from 'vitest';

import type { KafkaStreams } from '../kafka-streams.ts';
import type { ValueAndTimestamp } from '../state/value-and-timestamp.ts';
import type { VersionedRecord } from '../state/versioned-key-value-store.ts';
import { stateQueries } from './state-queries.ts';

declare const streams: KafkaStreams;

test('the type of a query is that of its answer', async () => {
  const { partitions } = await streams.query({ store: 'counts', query: stateQueries.key<string, number>('a') });
  const result = partitions.get(0);
  if (result?.isSuccess === true) expectTypeOf(result.value).toEqualTypeOf<number | null>();
  if (result?.isSuccess === false) expectTypeOf(result.error.code).toBeString();
  const stamped = await streams.query({ store: 'counts', query: stateQueries.timestampedKey<string, number>('a') });
  expectTypeOf(stamped.onlyPartitionResult()?.value).toEqualTypeOf<ValueAndTimestamp<number> | undefined>();
  const history = await streams.query({ store: 'counts', query: stateQueries.multiVersionedKey<string, number>('a') });
  expectTypeOf(history.onlyPartitionResult()?.value).toEqualTypeOf<readonly VersionedRecord<number>[] | undefined>();
});

test('a query of your own says what it answers', async () => {
  const query = { type: 'kind', evaluate: () => ({ value: 1n }) };
  const result = await streams.query({ store: 'counts', query });
  expectTypeOf(result.onlyPartitionResult()?.value).toEqualTypeOf<bigint | undefined>();
});

test('keys have the type of the query', () => {
  // @ts-expect-error a number is no string
  stateQueries.key<string, number>(1);
  // @ts-expect-error a number is no string
  stateQueries.range<string, number>({ from: 1 });
});
