import type { FraudBreaker } from '../generated/avro-types.ts';

//              20 unanswered in a row            30 s later, with the next request
//   CLOSED ───────────────────────────► OPEN ◄──────────────────────────► HALF_OPEN
//      ▲                                        the probe is not answered      │
//      └───────────────────────────────────────────────────────────────────────┘
//                              the probe is answered

/** When the breaker opens and when it asks again, in event time. */
export interface BreakerRules {
  /** So many unanswered requests in a row open it. */
  readonly unansweredMax: number;
  /** So long after it has opened, one request is a probe. */
  readonly probeAfterMs: number;
  /** After so long a request counts as unanswered. */
  readonly answerTimeoutMs: number;
}

/** The rules of the pipeline. */
export const breakerRules: BreakerRules = { unansweredMax: 20, probeAfterMs: 30_000, answerTimeoutMs: 2_000 };

/** What to do with a request: ask the system, ask it as a probe, or let the backup rules answer. */
export type Admission = 'ask' | 'probe' | 'backup';

/** The breaker in the beginning. */
export const closedBreaker: FraudBreaker = { state: 'CLOSED', unanswered: 0, openedAt: 0 };

/** Decides about a request. The same breaker comes back when nothing changes. */
export const admit = (
  breaker: FraudBreaker,
  at: number,
  { probeAfterMs }: BreakerRules,
): { readonly breaker: FraudBreaker; readonly admission: Admission } => {
  if (breaker.state === 'CLOSED') return { breaker, admission: 'ask' };
  const isProbe = breaker.state === 'OPEN' && at >= breaker.openedAt + probeAfterMs;
  return isProbe
    ? { breaker: { ...breaker, state: 'HALF_OPEN' }, admission: 'probe' }
    : { breaker, admission: 'backup' };
};

/** A request was answered. One that was sent before the breaker opened says nothing about the system now. */
export const answered = (breaker: FraudBreaker, isProbe: boolean): FraudBreaker => {
  if (breaker.state === 'CLOSED') return breaker.unanswered === 0 ? breaker : closedBreaker;
  return breaker.state === 'HALF_OPEN' && isProbe ? closedBreaker : breaker;
};

/** A request was not answered in time. */
export const unanswered = (
  breaker: FraudBreaker,
  request: { readonly isProbe: boolean; readonly at: number },
  { unansweredMax }: BreakerRules,
): FraudBreaker => {
  const { isProbe, at } = request;
  const count = breaker.unanswered + 1;
  if (breaker.state === 'CLOSED') {
    return count < unansweredMax
      ? { ...breaker, unanswered: count }
      : { state: 'OPEN', unanswered: count, openedAt: at };
  }
  return breaker.state === 'HALF_OPEN' && isProbe ? { state: 'OPEN', unanswered: count, openedAt: at } : breaker;
};
