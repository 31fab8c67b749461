import { expect, test } from 'vitest';

import { topicPartitionKey } from './topic-partition.ts';

test('a partition is named as Kafka prints it', () => {
  expect(topicPartitionKey({ topic: 'orders-eu', partition: 12 })).toBe('orders-eu-12');
});
