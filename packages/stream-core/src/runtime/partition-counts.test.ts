import { expect, test } from 'vitest';

import { StreamsError } from '../errors/streams-error.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { joinWindows } from '../kstream/windows/windows.ts';
import { serdes } from '../serdes/serdes.ts';
import { createPlan } from '../topology/plan.ts';
import { decidePartitionCounts } from './partition-counts.ts';

const text = { key: serdes.string(), value: serdes.string() };
const plan = (build: (builder: StreamsBuilder) => void) => {
  const builder = new StreamsBuilder();
  build(builder);
  return createPlan(builder.build(), {
    applicationId: 'app',
    defaults: { key: serdes.string(), value: serdes.string() },
  });
};

test('a repartition topic has as many partitions as the most of what flows into it', () => {
  const counts = decidePartitionCounts(
    plan((builder) => {
      const merged = builder.stream('a', text).merge(builder.stream('b', text));
      merged.groupBy((_key, value) => value, { ...text, name: 'g' }).count();
    }),
    new Map([
      ['a', 3],
      ['b', 7],
    ]),
  );
  expect(counts.get('app-g-repartition')).toBe(7);
});

test('a repartition topic that is joined follows the topic that it is joined with', () => {
  const counts = decidePartitionCounts(
    plan((builder) => {
      const left = builder.stream('a', text).selectKey((_key, value) => value);
      const joined = { ...text, otherValue: serdes.string(), name: 'j' };
      left.join(builder.stream('b', text), (l, r) => l + r, joinWindows({ timeDifference: 5 }), joined).to('out', text);
    }),
    new Map([
      ['a', 9],
      ['b', 4],
    ]),
  );
  expect(counts.get('app-j-left-repartition')).toBe(4);
});

test('topics of different sizes cannot be joined, and the error names both', () => {
  const decide = () =>
    decidePartitionCounts(
      plan((builder) => {
        builder
          .stream('a', text)
          .join(builder.table('b', text), (l, r) => l + r)
          .to('out', text);
      }),
      new Map([
        ['a', 2],
        ['b', 3],
      ]),
    );
  expect(decide).toThrow(StreamsError);
  expect(decide).toThrow(/a \(2\), b \(3\)/);
});

test('the topics of a foreign-key join, which feed each other, follow the table on their side', () => {
  const counts = decidePartitionCounts(
    plan((builder) => {
      const orders = builder.table('orders', text);
      const joined = orders.join(
        builder.table('customers', text),
        (order) => order,
        (l, r) => l + r,
        { name: 'j' },
      );
      joined
        .toStream()
        .groupBy((_key, value) => value, { ...text, name: 'g' })
        .count();
    }),
    new Map([
      ['orders', 3],
      ['customers', 5],
    ]),
  );
  expect(counts.get('app-j-subscription-registration-topic')).toBe(5);
  expect(counts.get('app-j-subscription-response-topic')).toBe(3);
  expect(counts.get('app-g-repartition')).toBe(5);
});

test('all topics that do not go together are told of at once, each with what can be done', () => {
  const joined = { ...text, otherValue: serdes.string() };
  const mismatched = plan((builder) => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((topic) => builder.stream<string, string>(topic, text));
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four streams');
    a.join(b, (left, right) => left + right, joinWindows({ timeDifference: 5 }), joined).to('out', text);
    const counted = c.repartition({ ...text, partitions: 4, name: 'r' });
    counted.join(d, (left, right) => left + right, joinWindows({ timeDifference: 5 }), joined).to('out', text);
  });
  const external = new Map([
    ['a', 3],
    ['b', 7],
    ['c', 2],
    ['d', 5],
  ]);
  expect(() => decidePartitionCounts(mismatched, external)).toThrow(
    expect.objectContaining({
      code: 'COPARTITION_MISMATCH',
      message:
        'Topics that are joined must have the same number of partitions: ' +
        'a (3), b (7): create them alike, or repartition() one of the streams; ' +
        'app-r-repartition (4), d (5): give repartition() the number of the other topics, or leave it out',
    }),
  );
});
