import { logAndFail } from '@millrace/stream-core';
import { afterEach, expect, test, vi } from 'vitest';
import { PaymentsSystem } from '../../test/payments/payments-system.ts';
import { paymentRequest } from '../../test/payments/samples.ts';
import { outsideWorld } from '../../test/payments/topology-deps.ts';
import type { OutsideSystem } from './simulator/outside-world.ts';

const patience = { timeout: 60_000, interval: 20 };
vi.setConfig({ testTimeout: 120_000 });
const request = paymentRequest({ amount: 10_000n });

// Event time follows the wall clock soon, and the deadlines are short.
const config = { idleTimeoutMs: 300, answerTimeoutMs: 1_000, commandTimeoutMs: 1_000 };
const without = (system: OutsideSystem, attempt: number) =>
  outsideWorld({ fateOf: (id) => (id.system === system && id.attempt === attempt ? 'missing' : 'none') });

const systems: PaymentsSystem[] = [];
const given = (system: PaymentsSystem): PaymentsSystem => {
  systems.push(system);
  return system;
};
afterEach(() => Promise.all(systems.splice(0).map((system) => system.close())));

const outcomes = (system: PaymentsSystem) =>
  system.confirmations().map(({ finalStatus, reasons }) => [finalStatus, ...reasons].join(' '));

test('a payment that was open when everything stopped still times out after everything has started again', async () => {
  const system = given(new PaymentsSystem({ config, world: without('revenue', 0) }));
  await system.start(logAndFail);
  system.send([system.record(request.fromMsisdn, request)]);
  // Everything that will come is in the store: from now on there is only the deadline.
  const waiting = { phase: 'WAITING', request: {}, fraud: {}, revenue: null, core: {} };
  await vi.waitFor(() => expect(system.openPayments().at(-1)).toMatchObject(waiting), patience);
  await system.close();
  expect(outcomes(system)).toEqual([]);
  await system.start(logAndFail);
  await vi.waitFor(() => expect(outcomes(system)).toEqual(['DECLINED TIMEOUT']), patience);
  await vi.waitFor(() => expect(system.coreAnswers().at(-1)?.coreStatus).toBe('RELEASED'), patience);
});

test('an execution that was under way is not done twice by those who start again', async () => {
  const system = given(new PaymentsSystem({ config, world: without('core', 1) }));
  await system.start(logAndFail);
  system.send([system.record(request.fromMsisdn, request)]);
  await vi.waitFor(() => expect(system.openPayments().at(-1)).toMatchObject({ phase: 'EXECUTING' }), patience);
  await system.close();
  await system.start(logAndFail);
  await vi.waitFor(() => expect(outcomes(system)).toEqual(['COMPLETED']), patience);
  expect(system.coreAnswers().map(({ coreStatus }) => coreStatus)).toEqual(['RESERVED', 'ALREADY_EXECUTED']);
  expect(system.deadLetters()).toEqual([]);
});
