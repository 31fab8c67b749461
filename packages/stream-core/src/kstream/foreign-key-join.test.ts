import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Input = readonly [topic: 'orders' | 'customers', key: string, value: string | null, timestamp?: number];

/** Orders are `customer:what`, and join the name of the customer. */
const customerOf = (order: string): string | null => {
  const [customer = ''] = order.split(':');
  return customer === '' ? null : customer;
};

const run = (kind: 'join' | 'leftJoin', records: readonly Input[]) => {
  const builder = new StreamsBuilder();
  const orders = builder.table('orders', text);
  const customers = builder.table('customers', text);
  const joined =
    kind === 'join'
      ? orders.join(customers, customerOf, (order, name) => `${order}+${name}`)
      : orders.leftJoin(customers, customerOf, (order, name) => `${order}+${name}`);
  joined.toStream().to('out', text);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology);
  const inputs = {
    orders: driver.createInputTopic('orders', text),
    customers: driver.createInputTopic('customers', text),
  };
  for (const [topic, key, value, timestamp = 0] of records) inputs[topic].pipeInput(key, value, { timestamp });
  const updates = driver.createOutputTopic('out', text).readRecords();
  driver.close();
  return updates.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`);
};

describe('an inner join by foreign key', () => {
  test('follows the changes of both tables, with the larger timestamp', () => {
    const updates = run('join', [
      ['orders', 'o1', 'c1:tea', 5],
      ['customers', 'c1', 'Ann', 3],
      ['orders', 'o2', 'c1:jam', 9],
      ['customers', 'c1', 'Anne', 7],
      ['customers', 'c1', null, 11],
    ]);
    expect(updates).toEqual([
      'o1=c1:tea+Ann@3',
      'o2=c1:jam+Ann@9',
      'o1=c1:tea+Anne@7',
      'o2=c1:jam+Anne@7',
      'o1=null@11',
      'o2=null@11',
    ]);
  });

  test('follows an entry to another foreign key, and answers from the old one do not count any more', () => {
    const updates = run('join', [
      ['customers', 'c1', 'Ann'],
      ['customers', 'c2', 'Bob'],
      ['orders', 'o', 'c1:tea'],
      ['orders', 'o', 'c2:tea'],
      ['customers', 'c1', 'Anne'],
      ['orders', 'o', 'c3:tea'],
    ]);
    expect(updates).toEqual(['o=c1:tea+Ann@0', 'o=c2:tea+Bob@0', 'o=null@0']);
  });

  test('takes its result back when the entry or its foreign key is gone', () => {
    const updates = run('join', [
      ['customers', 'c1', 'Ann'],
      ['orders', 'a', 'c1:tea'],
      ['orders', 'a', null],
      ['orders', 'b', 'c1:tea'],
      ['orders', 'b', ':tea'],
      ['orders', 'none', ':tea'],
    ]);
    expect(updates).toEqual(['a=c1:tea+Ann@0', 'a=null@0', 'b=c1:tea+Ann@0', 'b=null@0']);
  });
});

describe('a left join by foreign key', () => {
  test('keeps entries that refer to nothing, or to what is not there', () => {
    const updates = run('leftJoin', [
      ['orders', 'a', ':tea'],
      ['orders', 'b', 'c1:tea'],
      ['customers', 'c1', 'Ann', 4],
      ['customers', 'c1', null, 6],
      ['orders', 'b', null, 8],
    ]);
    expect(updates).toEqual(['a=:tea+null@0', 'b=c1:tea+null@0', 'b=c1:tea+Ann@4', 'b=c1:tea+null@6', 'b=null@8']);
  });
});

describe('the names and serdes of a join by foreign key', () => {
  test('follow from its name', () => {
    const builder = new StreamsBuilder();
    const options = { name: 'bought', materialized: { name: 'purchases', ...text } };
    const joined = builder
      .table('orders', text)
      .join(builder.table('customers', text), customerOf, (l, r) => l + r, options);
    expect(joined.queryableStoreName).toBe('purchases');
    const description = builder.build().describe();
    expect(description).toContain('(topic: bought-subscription-registration-topic)');
    expect(description).toContain('(stores: [bought-subscription-store])');
    expect(description).toContain('Processor: bought-result (stores: [purchases])');
  });

  test('a value serde that the left side has to hash with is missed before anything runs', () => {
    const builder = new StreamsBuilder();
    const orders = builder.table<string, string>('orders', text).mapValues((order) => ({ order }));
    orders.join(
      builder.table('customers', text),
      ({ order }) => order,
      (_order, name) => name,
    );
    expect(() => new TopologyTestDriver(builder.build())).toThrow(/REGISTRATION-\d+: it has no value serde/);
  });

  test('a partitioner that names several partitions is refused', () => {
    const builder = new StreamsBuilder();
    const options = { otherPartitioner: () => [0, 0] };
    builder.table('orders', text).join(builder.table('customers', text), customerOf, (l, r) => l + r, options);
    const driver = new TopologyTestDriver(builder.build());
    const pipe = () => driver.createInputTopic('orders', text).pipeInput('o', 'c:tea');
    expect(pipe).toThrow(/must name one partition, not 2/);
  });
});
