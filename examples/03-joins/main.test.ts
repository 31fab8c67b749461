import { serdes } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import { expect, test } from 'vitest';

import type { Order } from './main.ts';
import { invoices } from './main.ts';

const minute = 60_000;
const text = { key: serdes.string(), value: serdes.string() };

const start = () => {
  const driver = new TopologyTestDriver(invoices(), { emission: 'deterministic' });
  const customers = driver.createInputTopic('customers', text);
  const orders = driver.createInputTopic('orders', { key: serdes.string(), value: serdes.json<Order>() });
  const payments = driver.createInputTopic('payments', { key: serdes.string(), value: serdes.integer() });
  const output = driver.createOutputTopic('invoices', text);
  customers.pipeInput('c1', 'Wanjiru', { timestamp: 0 });
  return { customers, orders, payments, invoices: () => output.readPairs() };
};

test('an order meets its payment within five minutes, and the name of its customer', () => {
  const { orders, payments, invoices: read } = start();
  orders.pipeInput('o1', { customer: 'c1', amount: 500 }, { timestamp: 0 });
  payments.pipeInput('o1', 300, { timestamp: 5 * minute });
  expect(read()).toEqual([['c1', 'Wanjiru: 300 of 500']]);
});

test('an order that nobody pays in time comes with nothing paid, once five minutes have passed', () => {
  const { orders, payments, invoices: read } = start();
  orders.pipeInput('o1', { customer: 'c1', amount: 500 }, { timestamp: 0 });
  payments.pipeInput('other', 1, { timestamp: 5 * minute });
  expect(read()).toEqual([]);
  payments.pipeInput('o1', 500, { timestamp: 5 * minute + 1 });
  expect(read()).toEqual([['c1', 'Wanjiru: 0 of 500']]);
});

test('an invoice has the name that the customer has when it is written; without a customer there is none', () => {
  const { customers, orders, payments, invoices: read } = start();
  const pay = (order: string, customer: string) => {
    orders.pipeInput(order, { customer, amount: 500 }, { timestamp: 0 });
    payments.pipeInput(order, 500, { timestamp: 0 });
  };
  pay('o1', 'c1');
  pay('o2', 'unknown');
  customers.pipeInput('c1', 'Wanjiru Kamau', { timestamp: 0 });
  pay('o3', 'c1');
  expect(read()).toEqual([
    ['c1', 'Wanjiru: 500 of 500'],
    ['c1', 'Wanjiru Kamau: 500 of 500'],
  ]);
});
