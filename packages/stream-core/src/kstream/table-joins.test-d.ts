import { describe, expectTypeOf, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import type { KStream, KTable } from './api.ts';
import type { GlobalKTable } from './global-ktable.ts';
import { StreamsBuilder } from './streams-builder.ts';

interface Order {
  readonly customer: number;
  readonly what: string;
}

const builder = new StreamsBuilder();
const orders = builder.table('orders', { key: serdes.string(), value: serdes.json<Order>() });
const customers = builder.table('customers', { key: serdes.long(), value: serdes.string() });

describe('joins by foreign key', () => {
  test('infer their types', () => {
    const joined = orders.join(
      customers,
      ({ customer }) => customer,
      ({ what }, name) => ({ what, name }),
      {
        name: 'bought',
        partitioner: (_topic, key) => key.length,
        otherPartitioner: (_topic, customer) => customer % 2,
      },
    );
    expectTypeOf(joined).toEqualTypeOf<KTable<string, { what: string; name: string }>>();
  });

  test('have null where there may be no partner', () => {
    const joined = orders.leftJoin(
      customers,
      (order, key) => (key === '' ? null : order.customer),
      (_order, name) => name,
    );
    expectTypeOf(joined).toEqualTypeOf<KTable<string, string | null>>();
  });

  test('refuse a foreign key of another type, and a join of other keys without one', () => {
    const what = (order: Order) => order.what;
    const customer = (order: Order) => order.customer;
    const joiner = (order: Order) => order;
    // @ts-expect-error a customer has a number for a key
    orders.join(customers, what, joiner);
    // @ts-expect-error tables of different keys need a foreign key
    orders.join(customers, joiner);
    // @ts-expect-error there is no outer join by foreign key
    orders.outerJoin(customers, customer, joiner);
  });
});

describe('joins with a global table', () => {
  const names = builder.globalTable('names', { key: serdes.long(), value: serdes.string() });
  const stream = builder.stream('stream', { key: serdes.string(), value: serdes.json<Order>() });

  test('infer their types', () => {
    expectTypeOf(names).toEqualTypeOf<GlobalKTable<number, string>>();
    const joined = stream.join(
      names,
      (_key, { customer }) => customer,
      ({ what }, name, key) => ({ what, name, key }),
    );
    expectTypeOf(joined).toEqualTypeOf<KStream<string, { what: string; name: string; key: string }>>();
    const selected = (_key: string, order: Order) => order.customer;
    expectTypeOf(stream.leftJoin(names, selected, (_order, name) => name)).toEqualTypeOf<
      KStream<string, string | null>
    >();
  });

  test('refuse a key of another type', () => {
    const what = (_key: string, order: Order) => order.what;
    // @ts-expect-error a name has a number for a key
    stream.join(names, what, (order) => order);
  });
});
