import type { Topology } from '@millrace/stream-core';
import type { FraudMode } from './config.ts';
import { coreTopology } from './core/topology.ts';
import type { SimulatorDeps } from './deps.ts';
import { fraudTopology } from './fraud/topology.ts';
import { revenueTopology } from './revenue/topology.ts';
import { externalFraudTopology } from './simulator/external-fraud.ts';
import { orchestratorTopology } from './topology.ts';

/** An application of the pipeline: a consumer group of its own, with its topology. */
export interface PaymentsApplication {
  readonly applicationId: string;
  readonly topology: (deps: SimulatorDeps) => Topology;
}

/** The orchestrator's application; `--instances` are instances of it. */
export const orchestrator: PaymentsApplication = {
  applicationId: 'payment-orchestrator-cg',
  topology: orchestratorTopology,
};

const revenue: PaymentsApplication = { applicationId: 'revenue-management-cg', topology: revenueTopology };
const core: PaymentsApplication = { applicationId: 'mpesa-core-cg', topology: coreTopology };
const fraud: PaymentsApplication = { applicationId: 'fraud-management-cg', topology: fraudTopology };
const externalFraud: PaymentsApplication = {
  applicationId: 'external-fraud-system-cg',
  topology: externalFraudTopology,
};

/** All applications that make up the pipeline and what it talks to. */
export const paymentsApplications = (mode: FraudMode): readonly PaymentsApplication[] => [
  orchestrator,
  fraud,
  revenue,
  core,
  ...(mode === 'external' ? [externalFraud] : []),
];
