import type { DeserializationExceptionHandler } from '@millrace/stream-core';
import { logAndFail, StreamsError } from '@millrace/stream-core';
import type { MemoryRecordInput } from '@millrace/stream-core/memory';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PaymentsSystem } from '../../test/payments/payments-system.ts';
import { paymentRequest, requestedAt } from '../../test/payments/samples.ts';
import type { PaymentRequest } from './generated/avro-types.ts';
import { topicNames } from './topics.ts';

// What no gateway should let through, each between good requests. Every good one must get its one confirmation.

const readers = ['fraud-management-1', 'mpesa-core-1', 'payment-orchestrator-1', 'revenue-management-1'];
const patience = { timeout: 60_000, interval: 20 };
vi.setConfig({ testTimeout: 120_000 });

// Avro framing with an id that nobody has registered.
const unknownSchema = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 2, 0x61]);

type Bad = (system: PaymentsSystem) => MemoryRecordInput;

const requestOf = (name: string, change: Partial<PaymentRequest> = {}): PaymentRequest =>
  paymentRequest({ transactionId: name, amount: 10_000n, ...change });

const good = (system: PaymentsSystem, index: number): MemoryRecordInput => {
  const fromMsisdn = `25470012345${index}`;
  return system.record(fromMsisdn, requestOf(`good-${index}`, { fromMsisdn, timestamp: requestedAt + index }));
};

const garbled: Bad = (system) => {
  const record = system.record('254700123456', requestOf('garbled'));
  return { ...record, value: record.value.subarray(0, record.value.length - 9) };
};
const unregistered: Bad = () => ({ key: Buffer.from('254700123456'), value: unknownSchema, timestamp: requestedAt });
const unframed: Bad = () => ({ key: null, value: Buffer.from('{"amount": 1}'), timestamp: requestedAt });
const negative: Bad = (system) => system.record('254700123456', requestOf('negative', { amount: -1n }));
const keyless: Bad = (system) => system.record(null, requestOf('keyless'));
const valueless: Bad = () => ({ key: Buffer.from('254700123456'), value: null, timestamp: requestedAt });
const nameless: Bad = (system) => system.record('254700123456', requestOf(''));

/** Every bad record between two good ones. */
const between = (system: PaymentsSystem, bads: readonly Bad[]): MemoryRecordInput[] => [
  good(system, 0),
  ...bads.flatMap((bad, index) => [bad(system), good(system, index + 1)]),
];

const outcomes = (system: PaymentsSystem): string[] =>
  system
    .confirmations()
    .map(({ transactionId, finalStatus, reasons }) => [transactionId, finalStatus, ...reasons].join(' '))
    .sort();

const completed = (count: number): string[] => Array.from({ length: count }, (_, index) => `good-${index} COMPLETED`);

const systems: PaymentsSystem[] = [];
const given = (): PaymentsSystem => {
  const system = new PaymentsSystem();
  systems.push(system);
  return system;
};
afterEach(() => Promise.all(systems.splice(0).map((system) => system.close())));

/** A handler that goes on, and what it was called with. */
const recording = () => {
  const calls: { code: string; message: string; at: string }[] = [];
  const handler: DeserializationExceptionHandler = ({ code, message }, { topic, partition, offset }) => {
    calls.push({ code, message, at: `${topic}-${partition} offset ${offset}` });
    return 'continue';
  };
  return { calls, handler };
};

describe('what no serde can read', () => {
  const kinds = [
    ['a garbled Avro record', 'are not a millrace.payments.PaymentRequest: they are cut off', garbled],
    ['an unknown schema id', 'The schema source does not know schema 2147483647', unregistered],
    ['a value without Avro framing', "are not in Confluent's Avro framing", unframed],
  ] as const;
  const code = 'DESERIALIZATION_FAILED';

  test('is told to the handler of every application, with a code and its place, and the good ones go on', async () => {
    const system = given();
    const { calls, handler } = recording();
    await system.start(handler);
    system.send(
      between(
        system,
        kinds.map(([, , bad]) => bad),
      ),
    );
    await vi.waitFor(() => expect(outcomes(system)).toEqual(completed(4)), patience);
    for (const [index, [, why]] of kinds.entries()) {
      const at = `${topicNames.requests}-0 offset ${2 * index + 1}`;
      const told = { code, at, message: expect.stringContaining(why) };
      expect(calls.filter((call) => call.at === at)).toEqual(readers.map(() => told));
    }
    expect(calls).toHaveLength(kinds.length * readers.length);
    expect(system.deadLetters()).toEqual([]);
  });

  test.each(kinds)(
    '%s stops every application with a typed error unless told otherwise, and loses nothing',
    async (_what, why, bad) => {
      const system = given();
      const instances = await system.start(logAndFail);
      system.send(between(system, [bad]));
      await Promise.all(instances.map(({ streams }) => streams.ended()));
      expect(instances.map(({ name }) => name).sort()).toEqual(readers);
      for (const { streams } of instances) {
        expect(streams.state).toBe('ERROR');
        expect(streams.error).toBeInstanceOf(StreamsError);
        expect(streams.error).toMatchObject({
          code,
          message: expect.stringContaining(why),
          context: { topic: topicNames.requests, partition: 0, offset: 1 },
        });
      }
      await system.close();
      const { calls, handler } = recording();
      await system.start(handler);
      await vi.waitFor(() => expect(outcomes(system)).toEqual(completed(2)), patience);
      expect(calls.map(({ at }) => at)).toEqual(readers.map(() => `${topicNames.requests}-0 offset 1`));
    },
  );
});

describe('what can be read and is no payment', () => {
  test('is rejected with its reason or goes to people, and the good ones go on', async () => {
    const system = given();
    await system.start(logAndFail);
    system.send(between(system, [negative, keyless, valueless, nameless]));
    const expected = [...completed(5), 'keyless REJECTED KEY_MISSING', 'negative REJECTED AMOUNT_NOT_POSITIVE'];
    await vi.waitFor(() => expect(outcomes(system)).toEqual(expected), patience);
    await vi.waitFor(() => expect(system.deadLetters()).toHaveLength(2), patience);
    expect(system.deadLetters()).toMatchObject([
      { transactionId: null, reason: 'VALUE_MISSING', source: 'payment-requests-0 offset 5', request: null },
      {
        transactionId: null,
        reason: 'TRANSACTION_ID_MISSING',
        source: 'payment-requests-0 offset 7',
        request: { fromMsisdn: '254700123456', amount: 10_000n },
      },
    ]);
    expect(outcomes(system)).toEqual(expected);
  });
});
