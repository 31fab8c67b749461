import { expect, test } from 'vitest';

import type { Clock } from '../../../common/clock.ts';
import type { ErrorCode } from '../../../errors/codes.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import type { RequestKind } from '../faults.ts';
import { Requests } from './requests.ts';

const open = (clock: Clock, codes: ErrorCode[], retryTimeoutMs = 1_000) => {
  const seen: string[] = [];
  const fail = (): void => {
    const code = codes.shift();
    if (code !== undefined) throw new StreamsError(code, 'injected');
  };
  const note = (when: string) => (kind: RequestKind, clientId: string) => void seen.push(`${when} ${kind} ${clientId}`);
  const before = note('before');
  const faults = {
    beforeRequest: (kind: RequestKind, clientId: string) => {
      before(kind, clientId);
      fail();
    },
    afterRequest: note('after'),
  };
  return { seen, requests: new Requests({ clientId: 'c', clock, faults, retryTimeoutMs }) };
};

test('a request passes the faults on its way there and back', async () => {
  const { seen, requests } = open(new ManualClock(), []);
  expect(await requests.once('fetch', () => seen.push('did it'))).toBe(2);
  expect(seen).toEqual(['before fetch c', 'did it', 'after fetch c']);
});

test('a request without an answer is sent again, ever more slowly, until the time is over', async () => {
  const clock = new ManualClock();
  const { seen, requests } = open(
    clock,
    Array.from({ length: 100 }, () => 'BROKER_UNAVAILABLE' as const),
  );
  const answered = requests.untilAnswered('produce', () => 'never');
  await expect(clock.settle(answered)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  expect(clock.now()).toBeLessThanOrEqual(1_000);
  expect(clock.now()).toBeGreaterThan(700);
  expect(seen.length).toBeLessThan(12);
  expect(clock.pendingTimers).toBe(0);
});

test('a request is answered by the first attempt that gets through', async () => {
  const clock = new ManualClock();
  const { requests } = open(clock, ['BROKER_UNAVAILABLE', 'BROKER_UNAVAILABLE']);
  expect(await clock.settle(requests.untilAnswered('endTxn', () => 'done'))).toBe('done');
});

test('a refusal is an answer', async () => {
  const { seen, requests } = open(new ManualClock(), ['PRODUCER_FENCED']);
  await expect(requests.untilAnswered('endTxn', () => 'x')).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
  expect(seen).toHaveLength(1);
});

test('nothing is sent again after the client was closed or the request given up', async () => {
  const clock = new ManualClock();
  const failures = (): ErrorCode[] => Array.from({ length: 100 }, () => 'BROKER_UNAVAILABLE' as const);
  const closing = open(clock, failures());
  const answered = closing.requests.untilAnswered('commit' as RequestKind, () => 'x');
  closing.requests.close();
  await expect(clock.settle(answered)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  const { seen, requests } = open(clock, failures());
  const givenUp = requests.untilAnswered(
    'produce',
    () => 'x',
    () => seen.length === 3,
  );
  await expect(clock.settle(givenUp)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  expect(seen).toHaveLength(3);
});
