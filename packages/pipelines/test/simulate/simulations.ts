import type { Simulation } from '@millrace/stream-core/testing';
import { paymentsTopics, topicNames } from '../../src/payments/topics.ts';
import { orchestratorTopology } from '../../src/payments/topology.ts';
import { config, PaymentsOutside, serdes } from './payments-outside.ts';

/** The orchestrator is disturbed; the systems around it answer what it commits, and the books are made up at the end. */
const payments: Simulation = {
  name: 'payments',
  topology: () => orchestratorTopology({ serdes, config }),
  topics: Object.fromEntries(
    paymentsTopics(config.partitionsDivisor).map(({ name, partitions }) => [name, partitions] as const),
  ),
  output: topicNames.confirmations,
  outside: (cluster, seed) => new PaymentsOutside(cluster, seed),
};

/** What the command simulates beside the topologies of the library. */
export const simulations: readonly Simulation[] = [payments];
