import { createSecretKey } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Books } from '../books/check-books.ts';
import { demoCommand } from './demo-command.ts';
import { demoOptions } from './demo-options.ts';
import { percentiles } from './latencies.ts';
import type { DemoResult } from './run-demo.ts';
import { runDemo } from './run-demo.ts';

// Only what the command makes of a result; run-demo.test.ts runs.
vi.mock('./run-demo.ts', () => ({ runDemo: vi.fn() }));

const books = (wrong: number): Books => ({
  moneyOut: 101_500n,
  moneyIn: 100_000n,
  fees: 1_500n,
  requests: 1,
  distinctRequests: 1,
  unreadableRequests: 0,
  accounts: 2,
  outcomes: new Map([['COMPLETED', 1]]),
  inDoubt: { payments: 0, amount: 0n, executed: 0, released: 0 },
  lateReservations: 0,
  fraudSystems: new Map(),
  breakerChanges: new Map(),
  faults: [],
  findings: [{ check: 'nothing is lost', examined: 3, wrong, examples: wrong > 0 ? ['TXN-1'] : [] }],
  isBalanced: wrong === 0,
});

const resultOf = (change: Partial<DemoResult> = {}): DemoResult => ({
  options: demoOptions({ payments: 100, hmacKey: createSecretKey(Buffer.from('key')) }),
  busyMs: 1_000,
  elapsedMs: 2_000,
  sent: 1,
  confirmed: 1,
  promptLatency: percentiles([12]),
  disturbedLatency: percentiles([]),
  books: books(0),
  stopped: null,
  memory: { half: { rssMiB: 90, usedMiB: 40, topicsMiB: 10 }, end: { rssMiB: 100, usedMiB: 50, topicsMiB: 20 } },
  aborted: null,
  ...change,
});

const run = async (result: DemoResult, ...args: readonly string[]) => {
  vi.mocked(runDemo).mockResolvedValue(result);
  const [out, err]: [string[], string[]] = [[], []];
  const code = await demoCommand(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
};

test('books that balance exit with 0', async () => {
  const { code, out } = await run(resultOf());
  expect(code).toBe(0);
  expect(out.at(-1)).toBe('The books balance.');
  expect(out.join('\n')).toMatch(/^ {2}out - in - fees +Ksh0\.00$/m);
});

test('books that do not balance exit with 1, and name what is wrong', async () => {
  const { code, out } = await run(resultOf({ books: books(1) }));
  expect(code).toBe(1);
  expect(out).toContain('  nothing is lost  1 WRONG: TXN-1');
  expect(out.at(-1)).toBe('THE BOOKS DO NOT BALANCE.');
  expect((await run(resultOf({ books: books(1) }), '--json')).code).toBe(1);
});

test('a run that was given up exits with 1, even if the books of what it did balance', async () => {
  const { code, out } = await run(resultOf({ aborted: 'given up, because nothing was confirmed for 60 s' }));
  expect(code).toBe(1);
  expect(out.at(-1)).toBe('NOT EVERY PAYMENT HAS ENDED: given up, because nothing was confirmed for 60 s.');
});

test('options reach the run', async () => {
  await run(resultOf(), '--payments=5000', '--seed', '7', '--instances', '3', '--fraud-down');
  expect(vi.mocked(runDemo).mock.lastCall?.[0]).toMatchObject({
    payments: 5_000,
    seed: 7,
    instances: 3,
    fraud: 'external',
    isFraudDown: true,
  });
});
