import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import type { Simulation } from '../../../src/testing/simulation/simulation.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { numbered, oneOf, text, timeOf } from './simulated-text.ts';

const customerOf = (order: string): string => order.slice(0, order.indexOf(':'));

const topology = (): Topology => {
  const builder = new StreamsBuilder();
  const customers = builder.table('customers', text);
  builder
    .table('orders', text)
    .leftJoin(customers, customerOf, (order, name) => `${order}+${name}`)
    .toStream()
    .to('out', text);
  return builder.build();
};

/**
 * Orders that change their customers, and customers that change their names. A left join answers every change of an
 * order; an inner join says nothing of an order that is new and has no customer, so that its last result depends on how
 * far the answers to changes before were on their way.
 */
export const foreignKeyJoin: Simulation = {
  name: 'foreign-key-join',
  topology,
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
