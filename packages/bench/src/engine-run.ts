import type { ProcessingGuarantee, Topology } from '@millrace/stream-core';
import { inMemoryState, KafkaStreams, seededChance, silentLogger, systemClock } from '@millrace/stream-core';
import { MemoryBroker } from '@millrace/stream-core/memory';
import type { Run } from './benchmark.ts';

/** A record of the input. */
export interface InputRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly timestamp: number;
}

export interface EngineRun {
  readonly topology: Topology;
  readonly guarantee: ProcessingGuarantee;
  /** By topic. All lie in the log before the engine starts. */
  readonly inputs: Readonly<Record<string, readonly InputRecord[]>>;
  readonly outputTopic: string;
}

const applicationId = 'bench';
const partitions = 4;
const chunkSize = 5_000;

/** Fills the input topics, and gives the run of the engine over them, which ends when all of it is committed. */
export const engineRun = ({ topology, guarantee, inputs, outputTopic }: EngineRun): Run => {
  const broker = new MemoryBroker({ defaultPartitions: partitions });
  for (const [topic, records] of Object.entries(inputs)) {
    broker.createTopic(topic, { partitions });
    for (let at = 0; at < records.length; at += chunkSize) broker.produce(topic, records.slice(at, at + chunkSize));
  }
  broker.createTopic(outputTopic, { partitions });
  const work = async (): Promise<void> => {
    const streams = new KafkaStreams({
      topology,
      applicationId,
      broker,
      state: inMemoryState(),
      processingGuarantee: guarantee,
      commitInterval: 100,
      statestoreCacheMaxBytes: 0,
      logger: silentLogger,
    });
    await streams.start();
    await allCommitted(broker, inputs);
    await streams.close();
  };
  return { work, result: () => broker.records(outputTopic).length };
};

const allCommitted = async (broker: MemoryBroker, inputs: EngineRun['inputs']): Promise<void> => {
  const { admin } = broker.connect({ clientId: 'watcher', clock: systemClock, chance: seededChance(1) });
  const ends = Object.keys(inputs).flatMap((topic) =>
    broker.endOffsets(topic).map((offset, partition) => ({ name: `${topic}-${partition}`, offset })),
  );
  for (;;) {
    const committed = await admin.groupOffsets(applicationId);
    if (ends.every(({ name, offset }) => offset === 0 || (committed.get(name) ?? 0) >= offset)) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
