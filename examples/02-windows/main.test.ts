import { serdes } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import { expect, test } from 'vitest';

import { paymentsAMinute } from './main.ts';

const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);

/** The counts that payments at these times lead to, one update a line. */
const countsOf = (...payments: readonly (readonly [payer: string, time: string])[]): string[] => {
  const driver = new TopologyTestDriver(paymentsAMinute());
  const input = driver.createInputTopic('payments', { key: serdes.string(), value: serdes.integer() });
  for (const [payer, time] of payments) input.pipeInput(payer, 100, { timestamp: at(time) });
  const output = driver.createOutputTopic('counts', { key: serdes.string(), value: serdes.long() });
  return output.readPairs().map(([key, count]) => `${key}: ${count}`);
};

test('payments are counted by payer and minute', () => {
  expect(countsOf(['alice', '10:00:00'], ['alice', '10:00:59'], ['bob', '10:01:05'], ['alice', '10:01:00'])).toEqual([
    'alice from 10:00: 1',
    'alice from 10:00: 2',
    'bob from 10:01: 1',
    'alice from 10:01: 1',
  ]);
});

test('a payment that is late counts within the grace of ten seconds, and no longer', () => {
  expect(countsOf(['bob', '10:01:09'], ['alice', '10:00:40'])).toEqual(['bob from 10:01: 1', 'alice from 10:00: 1']);
  expect(countsOf(['bob', '10:01:10'], ['alice', '10:00:40'])).toEqual(['bob from 10:01: 1']);
});
