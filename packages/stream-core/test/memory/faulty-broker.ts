import { MemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { ScriptedFaults } from '../../src/adapters/memory/scripted-faults.ts';
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts';
import { seededChance } from '../../src/common/chance.ts';
import { noHeaders } from '../../src/common/headers.ts';
import type { TopicPartition } from '../../src/common/topic-partition.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

/** A broker on a manual clock, whose requests fail as they are told to. */
export const openFaultyBroker = () => {
  const clock = new ManualClock(1_000_000);
  const faults = new ScriptedFaults();
  const broker = new MemoryBroker({ clock, faults });
  broker.createTopic('t', { partitions: 2 });
  const client = broker.connect({ clientId: 'client', clock, chance: seededChance(1) });
  return { clock, broker, client, faults };
};

export const partition: TopicPartition = { topic: 't', partition: 0 };

/** A batch of one record without a key. */
export const batchOf = (value: string) => {
  const builder = new RecordBatchBuilder();
  builder.append(null, Buffer.from(value), 1_000_000, noHeaders);
  return builder.build();
};
