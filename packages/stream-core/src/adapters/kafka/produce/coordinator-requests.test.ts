import { expect, test } from 'vitest';

import { ScriptedCluster, unavailable } from '../../../../test/kafka/scripted-cluster.ts';
import { seededChance } from '../../../common/chance.ts';
import { sleep } from '../../../common/clock.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { CoordinatorRequests } from './coordinator-requests.ts';

const retryTimeoutMs = 120_000;

/** A cluster that no broker answers for: a lookup is tried again for as long as the client is told to. */
class SilentCluster extends ScriptedCluster {
  readonly #clock: ManualClock;
  lookups = 0;

  constructor(clock: ManualClock) {
    super();
    this.#clock = clock;
  }

  override async coordinator(): Promise<number> {
    this.lookups++;
    // The last pause would have ended after the time is over.
    await sleep(this.#clock, retryTimeoutMs - 500);
    throw unavailable();
  }
}

test('a lookup that found nobody in all of its time is not begun anew', async () => {
  const clock = new ManualClock(1_000_000);
  const cluster = new SilentCluster(clock);
  const requests = new CoordinatorRequests({
    cluster,
    clock,
    chance: seededChance(1),
    transactionalId: 'application-1',
    transactionTimeoutMs: 10_000,
    requestTimeoutMs: 30_000,
    deliveryTimeoutMs: retryTimeoutMs,
    backoff: { retryBackoffMs: 50, retryBackoffMaxMs: 1_000 },
  });
  await expect(clock.settle(requests.initProducerId(null))).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  expect(cluster.lookups).toBe(1);
  expect(clock.now() - 1_000_000).toBeLessThanOrEqual(retryTimeoutMs);
});
