// The public door of `@millrace/stream-core/memory`.

export type { Faults, RequestKind } from './faults.ts';
export type { MemoryBrokerOptions, MemoryRecord, MemoryRecordInput } from './memory-broker.ts';
export { MemoryBroker } from './memory-broker.ts';
export type { FaultMoment } from './scripted-faults.ts';
export { ScriptedFaults } from './scripted-faults.ts';
export type { NewTopicOptions } from './topic-registry.ts';
