// The public door of @millrace/stream-core/testing.

export { ManualClock } from './manual-clock.ts';
export type { ProducedRecord } from './produced-record.ts';
export type { RequestFaultRates } from './simulation/request-faults.ts';
export type { RunSimulationOptions, SimulationReport } from './simulation/run-simulation.ts';
export { runSimulation } from './simulation/run-simulation.ts';
export type { SimulatedBrokerKind, SimulatedClusterOptions } from './simulation/simulated-cluster.ts';
export { SimulatedCluster } from './simulation/simulated-cluster.ts';
export type { SimulatedRegistry } from './simulation/simulated-registry.ts';
export type {
  AtLeastOnceComparison,
  FedRecord,
  OutputComparison,
  OutsideComparison,
  OutsideSystems,
  ReplayComparison,
  Simulation,
} from './simulation/simulation.ts';
export type { InputOptions, RawInput, TestInputTopicOptions } from './test-input-topic.ts';
export { TestInputTopic } from './test-input-topic.ts';
export { TestOutputTopic } from './test-output-topic.ts';
export type { TestDriverConfig } from './topology-test-driver.ts';
export { TopologyTestDriver } from './topology-test-driver.ts';
