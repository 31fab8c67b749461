import type { Clock, Logger } from '@millrace/stream-core';
import { StreamsError, seededChance } from '@millrace/stream-core';
import type { Broker, BrokerClient } from '@millrace/stream-core/broker';

/** How long the probe waits for the cluster. */
export const probeTimeoutMs = 3_000;

/**
 * Asks the cluster once whether it is there, and warns when it is not. The applications try for minutes before they give
 * up, and whoever has mistyped an address wants to know it at once.
 */
export class ClusterProbe {
  readonly #client: BrokerClient;

  /** @param broker gives up after `probeTimeoutMs` */
  constructor(broker: Broker, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#client = broker.connect({ clientId: 'millrace-probe', clock, chance: seededChance(clock.now()) });
    this.#client.admin.listTopics().catch((error: unknown) => {
      // Whatever else is wrong ends the run, and is logged there.
      if (!(error instanceof StreamsError && error.code === 'BROKER_UNAVAILABLE')) return;
      logger.warn('cluster.unreachable', { code: error.code, error: `${error.message} It is tried again.` });
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
