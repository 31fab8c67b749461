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

const simulated = { fraud, revenue, core };

/** The names of the applications, for those who run them one by one. */
export const applicationNames = ['orchestrator', 'fraud', 'revenue', 'core'] as const;

/** What an application is called. */
export type ApplicationName = (typeof applicationNames)[number];

/** All applications that make up the pipeline and what it talks to. */
export const paymentsApplications = (mode: FraudMode): readonly PaymentsApplication[] =>
  applicationsOf(applicationNames, mode);

/** The applications of these names; `external` fraud is one more. */
export const applicationsOf = (names: readonly ApplicationName[], mode: FraudMode): readonly PaymentsApplication[] => [
  ...names.map((name) => (name === 'orchestrator' ? orchestrator : simulated[name])),
  ...(mode === 'external' && names.includes('fraud') ? [externalFraud] : []),
];
