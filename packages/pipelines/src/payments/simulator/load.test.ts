import { describe, expect, test } from 'vitest';
import { brokenRules } from '../request-rules.ts';
import { generateLoad, msisdnOf } from './load.ts';

const options = {
  seed: 1,
  payments: 20_000,
  accounts: 5_000,
  startAt: Date.parse('2024-09-02T20:59:10Z'),
  ratePerSecond: 2_000,
  badRecordsEvery: 10_000,
};
const records = [...generateLoad(options)];
const firsts = records.filter(({ isFirst, bad }) => isFirst && bad === null);

test('the same options give the same records, another seed others', () => {
  expect([...generateLoad(options)]).toEqual(records);
  expect([...generateLoad({ ...options, seed: 2 })][0]?.request).not.toEqual(records[0]?.request);
});

test('every payment comes once, under its payer, and keeps the rules', () => {
  expect(firsts).toHaveLength(20_000);
  expect(new Set(firsts.map(({ request }) => request.transactionId)).size).toBe(20_000);
  for (const { key, request } of firsts) expect(brokenRules(key, request)).toEqual([]);
});

test('some come again within three seconds', () => {
  const again = records.filter(({ isFirst }) => !isFirst);
  expect(again.length).toBeGreaterThan(100);
  const byId = new Map(firsts.map((record) => [record.request.transactionId, record]));
  for (const { request, timestamp } of again) {
    const first = byId.get(request.transactionId);
    expect(request).toEqual(first?.request);
    expect(timestamp - (first?.timestamp ?? 0)).toBeGreaterThanOrEqual(0);
    expect(timestamp - (first?.timestamp ?? 0)).toBeLessThanOrEqual(3_000);
  }
});

test('some come late, but never later than a second', () => {
  let latest = 0;
  let late = 0;
  for (const { timestamp } of records) {
    if (timestamp < latest) late++;
    expect(latest - timestamp).toBeLessThanOrEqual(801);
    latest = Math.max(latest, timestamp);
  }
  expect(late).toBeGreaterThan(200);
});

describe('bad records', () => {
  test('of each kind come as often as they should', () => {
    const kinds = records.flatMap(({ bad }) => (bad === null ? [] : [bad]));
    expect(kinds.toSorted()).toEqual(
      ['garbled', 'negativeAmount', 'nullKey', 'unknownSchema'].flatMap((kind) => [kind, kind]),
    );
    expect([...generateLoad({ ...options, badRecordsEvery: 0 })].every(({ bad }) => bad === null)).toBe(true);
  });

  test('break the rule that they should', () => {
    for (const { bad, key, request } of records) {
      if (bad === 'negativeAmount') expect(brokenRules(key, request)).toEqual(['AMOUNT_NOT_POSITIVE']);
      if (bad === 'nullKey') expect(brokenRules(key, request)).toEqual(['KEY_MISSING']);
    }
  });
});

test('accounts have distinct numbers', () => {
  const numbers = Array.from({ length: 100_000 }, (_, account) => msisdnOf(account));
  expect(new Set(numbers).size).toBe(100_000);
  for (const number of numbers.slice(0, 100)) expect(number).toMatch(/^254\d{9}$/);
});
