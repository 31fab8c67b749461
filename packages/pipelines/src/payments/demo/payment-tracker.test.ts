import { expect, test } from 'vitest';
import { PaymentTracker } from './payment-tracker.ts';

test('counts what is sent, confirmed and open', () => {
  const tracker = new PaymentTracker();
  tracker.sent('a', { sentAtMs: 10, eventTime: 1_000, isPrompt: true });
  tracker.sent('b', { sentAtMs: 11, eventTime: 900, isPrompt: false });
  tracker.confirmed('a', 15);
  tracker.confirmed('a', 16);
  expect(tracker.state).toEqual({ sent: 2, confirmed: 1, open: 1, eventTime: 1_000 });
  tracker.confirmed('b', 500);
  expect(tracker.promptLatencies).toEqual([5]);
  expect(tracker.otherLatencies).toEqual([489]);
  expect(tracker.state.open).toBe(0);
});

test('only prompt payments hold up the load', () => {
  const tracker = new PaymentTracker();
  tracker.sent('held up', { sentAtMs: 0, eventTime: 100, isPrompt: false });
  expect(tracker.frontier).toBeNull();
  tracker.sent('first', { sentAtMs: 0, eventTime: 200, isPrompt: true });
  tracker.sent('second', { sentAtMs: 0, eventTime: 300, isPrompt: true });
  expect(tracker.frontier).toBe(200);
  expect(tracker.inFlight).toBe(2);
  tracker.confirmed('first', 1);
  expect(tracker.frontier).toBe(300);
});
