import type { Clock } from '@millrace/stream-core';
import type { LoadRecord } from '../../src/payments/simulator/load.ts';

// What comes out of order is late by less.
const lateMaxMs = 2_000;

/**
 * The load of a gateway that has customers wait: who was let in later than planned asks for the payment then, and so do
 * all after them. A request with the time of long ago would time out at once.
 */
export function* presentLoad(load: Iterable<LoadRecord>, clock: Clock): Generator<LoadRecord, void, undefined> {
  let delayMs = 0;
  for (const record of load) {
    const lateMs = clock.now() - (record.timestamp + delayMs);
    if (lateMs > lateMaxMs) delayMs += lateMs;
    const request = { ...record.request, timestamp: record.request.timestamp + delayMs };
    yield { ...record, request, timestamp: record.timestamp + delayMs };
  }
}
