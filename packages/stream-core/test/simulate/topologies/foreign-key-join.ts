import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import type { ReplayComparison, Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { numbered, oneOf, text, timeOf } from './simulated-text.ts';

const customerOf = (order: string): string => order.slice(0, order.indexOf(':'));

const topology = (kind: 'join' | 'leftJoin'): Topology => {
  const builder = new StreamsBuilder();
  const customers = builder.table('customers', text);
  const orders = builder.table('orders', text);
  const joiner = (order: string, name: string | null): string => `${order}+${name}`;
  const joined =
    kind === 'join' ? orders.join(customers, customerOf, joiner) : orders.leftJoin(customers, customerOf, joiner);
  joined.toStream().to('out', text);
  return builder.build();
};

/** Orders that change their customers, and customers that change their names; an order without a customer is told too. */
export const foreignKeyJoin: Simulation & ReplayComparison = {
  name: 'foreign-key-join',
  topology: () => topology('leftJoin'),
  topics: { orders: 3, customers: 3, out: 3 },
  output: 'out',
  feed: (step, chance) =>
    numbered(step, (number) => {
      const customer = `customer-${oneOf(chance, 25)}`;
      const isOrder = chance() < 0.7;
      return {
        topic: isOrder ? 'orders' : 'customers',
        key: Buffer.from(isOrder ? `order-${oneOf(chance, 60)}` : customer),
        value: chance() < 0.05 ? null : Buffer.from(isOrder ? `${customer}:${number}` : `name-${number}`),
        timestamp: timeOf(step),
      };
    }),
  replay: 'whole',
  exactlyOnce: 'ordered',
  atLeastOnce: 'final',
};

/**
 * The same for orders that have a customer. An inner join says nothing of an order that is new and has none. Was an
 * order of the same key deleted just before, while its customer was there, then the answer to the deletion comes when
 * the order is another one, and is dropped as outdated: the old result stays, as in Kafka Streams. Under exactly-once
 * that is replayed in its order; under at-least-once what must be there has to be right.
 */
export const innerForeignKeyJoin: Simulation = {
  ...foreignKeyJoin,
  name: 'inner-foreign-key-join',
  topology: () => topology('join'),
  atLeastOnce: 'present',
};
