import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { noFaults } from '../simulator/fault-plan.ts';
import type { DemoOptions } from './demo-options.ts';
import { demoOptions } from './demo-options.ts';
import { formatResult, jsonResult } from './demo-report.ts';
import type { DemoResult } from './run-demo.ts';
import { runDemo } from './run-demo.ts';

// The wall clock runs in these: what times out takes its seconds. They run at the same time.

const patience = 180_000;
const hmacKey = createSecretKey(Buffer.from('a key for tests and nothing else'));

const run = async (given: Partial<DemoOptions>) => {
  const events: string[] = [];
  const result = await runDemo(demoOptions({ hmacKey, ...given }), {
    onProgress: () => undefined,
    onEvent: (text) => events.push(text),
    onLog: () => undefined,
  });
  return { result, events };
};

/** Everything that was sent has ended, once, and no check is wrong. */
const expectBalanced = (result: DemoResult): void => {
  const { books } = result;
  expect(books.findings.filter(({ wrong }) => wrong > 0)).toEqual([]);
  expect(books.isBalanced).toBe(true);
  expect(result.aborted).toBeNull();
  expect(result.confirmed).toBe(result.sent);
  expect(books.distinctRequests).toBe(result.sent);
  expect([...books.outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(result.sent);
  expect(books.moneyOut).toBe(books.moneyIn + books.fees);
  expect(formatResult(result).at(-1)).toBe('The books balance.');
};

const money = /^\d+$/;

describe.concurrent('a run of the demo', () => {
  test('with planned faults: all of them happen, and end as they must', { timeout: patience }, async () => {
    // In ten thousand: so often that a small run has some of each.
    const faults = {
      missing: 100,
      late: 150,
      twice: 300,
      unansweredOnce: 150,
      unansweredTwice: 100,
      unansweredThrice: 100,
    };
    const { result, events } = await run({ payments: 600, seed: 3, faults });
    expectBalanced(result);
    expect(events.at(-1)).toBe('every payment has ended; the books are made up from the topics');
    expect(result.sent).toBe(610);
    const ends = new Set([...result.books.outcomes.keys()].map((outcome) => outcome.split(' ')[0]));
    expect([...ends].sort()).toEqual(['COMPLETED', 'DECLINED', 'FAILED', 'IN_DOUBT', 'REJECTED']);
    expect(result.books.faults).toHaveLength(5);
    for (const { planned, seen } of result.books.faults) expect(seen).toBe(planned);
    expect(result.disturbedLatency.count + result.promptLatency.count).toBe(610);
  });

  test('with three instances, one of them cut off: the others take over', { timeout: patience }, async () => {
    const { result, events } = await run({ payments: 2_000, instances: 3 });
    expectBalanced(result);
    expect(result.stopped).toBe('payment-orchestrator-2');
    expect(events).toContain('payment-orchestrator-2 was stopped without warning');
  });

  test('with the external fraud system down: the breaker opens, and closes again', { timeout: patience }, async () => {
    const { result } = await run({ payments: 1_500, isFraudDown: true, ratePerSecond: 30, faults: noFaults });
    expectBalanced(result);
    expect(Object.fromEntries(result.books.breakerChanges)).toMatchObject({
      'CLOSED to OPEN': expect.any(Number),
      'OPEN to HALF_OPEN': expect.any(Number),
      'HALF_OPEN to CLOSED': expect.any(Number),
    });
    expect([...result.books.fraudSystems.keys()]).toEqual(['FMS-001', 'FMS-BACKUP']);
    expect([...result.books.outcomes.keys()].join()).not.toContain('TIMEOUT');
  });

  test('waits for answers that nobody waits for any more: they must be audited', { timeout: patience }, async () => {
    // A late answer of core is the last thing that happens in this run: every payment has ended before.
    const { result } = await run({ payments: 300, seed: 1 });
    expectBalanced(result);
  });

  test('is told to machines in one line of JSON with amounts as text', { timeout: patience }, async () => {
    const { result } = await run({ payments: 100, seed: 9, badRecordsEvery: 0 });
    expectBalanced(result);
    const text = jsonResult(result);
    expect(text).not.toContain('\n');
    expect(JSON.parse(text)).toMatchObject({
      options: { payments: 100, seed: 9, instances: 1, fraud: 'builtin', isFraudDown: false },
      sent: 100,
      confirmed: 100,
      stopped: null,
      aborted: null,
      books: {
        moneyOut: expect.stringMatching(money),
        moneyIn: expect.stringMatching(money),
        fees: expect.stringMatching(money),
        inDoubt: { payments: expect.any(Number), amount: expect.stringMatching(money) },
        outcomes: { COMPLETED: expect.any(Number) },
        fraudSystems: { 'FMS-BUILTIN': 100 },
        isBalanced: true,
      },
    });
  });
});
