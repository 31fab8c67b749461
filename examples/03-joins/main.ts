// Orders meet their payments within five minutes, and the name of the customer comes from a table.
import type { Topology } from '@millrace/stream-core';
import { joinWindows, StreamsBuilder, serdes } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';

export interface Order {
  readonly customer: string;
  readonly amount: number;
}

const order = { key: serdes.string(), value: serdes.json<Order>() };
const text = { key: serdes.string(), value: serdes.string() };

/** Orders and payments are keyed by order id, customers by customer id. */
export const invoices = (): Topology => {
  const builder = new StreamsBuilder();
  const payments = builder.stream('payments', { key: serdes.string(), value: serdes.integer() });
  const customers = builder.table('customers', text);
  builder
    .stream('orders', order)
    // An order without a payment comes with null, once five minutes have passed.
    .leftJoin(
      payments,
      ({ customer, amount }, paid) => ({ customer, amount, paid: paid ?? 0 }),
      joinWindows({ timeDifference: '5m' }),
    )
    // The key changes to that of the table, so a repartition topic follows.
    .selectKey((_orderId, { customer }) => customer)
    .join(customers, ({ amount, paid }, name) => `${name}: ${paid} of ${amount}`, {
      key: serdes.string(),
      value: serdes.json(),
    })
    .to('invoices', text);
  return builder.build();
};

if (import.meta.main) {
  const driver = new TopologyTestDriver(invoices(), { applicationId: 'joins', emission: 'deterministic' });
  driver.createInputTopic('customers', text).pipeInput('c1', 'Wanjiru', { timestamp: 0 });
  const orders = driver.createInputTopic('orders', order);
  orders.pipeInput('o1', { customer: 'c1', amount: 500 }, { timestamp: 1_000 });
  orders.pipeInput('o2', { customer: 'c1', amount: 900 }, { timestamp: 2_000 });
  const payments = driver.createInputTopic('payments', { key: serdes.string(), value: serdes.integer() });
  payments.pipeInput('o1', 500, { timestamp: 60_000 });
  // Time moves on; nobody has paid o2.
  payments.pipeInput('o9', 1, { timestamp: 400_000 });
  for (const [customer, line] of driver.createOutputTopic('invoices', text).readPairs()) console.log(customer, line);
  driver.close();
}
