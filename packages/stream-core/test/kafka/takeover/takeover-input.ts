import type { BrokerClient } from '../../../src/broker/broker.ts';
import type { RecordBatch } from '../../../src/broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts';
import { seededChance } from '../../../src/common/chance.ts';
import { noHeaders } from '../../../src/common/headers.ts';

export const partitions = 3;
const keys = 5;
/** How many records a partition gets in a phase, twins not counted. */
const count = 24;
const phaseMs = 8_000;

/**
 * What the names of the input topics end with, and how their records are out of order. In all of them some come so late
 * that their windows have closed. What is joined is else out of order by less than the grace of the joins: Kafka
 * Streams keeps in memory alone when it next looks for unmatched records, so that what comes later may find them or not.
 */
const disorders = { clicks: 'any', left: 'within grace', right: 'within grace', ticks: 'any' } as const;

/** What the names of the input topics end with. */
export const inputs: readonly string[] = Object.keys(disorders);

interface InputRecord {
  /** Ms since the begin of the phase. */
  readonly time: number;
  readonly key: number;
}

/** One partition of a topic in a phase. */
interface Part {
  readonly topic: number;
  readonly phase: number;
  readonly partition: number;
}

/** A record at random, the same for the same numbers. Its time ends with digits that no other topic has. */
const randomRecord = ({ topic, phase, partition }: Part, index: number): InputRecord => {
  const chance = seededChance(((phase * 10 + topic) * 10 + partition) * 100 + index);
  const key = Math.floor(chance() * keys);
  const rest = topic + 10 * phase;
  const at = (ms: number): InputRecord => ({ time: Math.floor(ms / 100) * 100 + rest, key });
  if (index % 6 === 5) return at(-25_000 - chance() * 5_000);
  const isAny = Object.values(disorders)[topic] === 'any';
  return at(isAny ? chance() * (phaseMs - 200) : (index / (count + 1)) * phaseMs - chance() * 1_800);
};

/**
 * The records of a partition in a phase. The first one is later than all phases before: Kafka Streams forgets the time
 * of operators when it restarts, and this brings it back. The second one has key and time of the last one before. Stream
 * time is what the ticks tell, so there the first one is late: only what was committed knows better.
 */
const records = (part: Part): InputRecord[] => {
  const twinMs = -600 + 50 + part.topic;
  const random = Array.from({ length: count }, (_, index) => randomRecord(part, index + 1));
  const first = { time: part.topic, key: 0 };
  const bounds = [first, { time: twinMs, key: 0 }, ...random, { time: phaseMs + twinMs, key: 0 }];
  return inputs[part.topic] === 'ticks' ? [{ time: -4_000, key: 0 }, ...bounds] : bounds;
};

const batch = (part: Part, startMs: number): RecordBatch => {
  const { topic, phase, partition } = part;
  const builder = new RecordBatchBuilder();
  const headers = [{ key: 'from', value: Buffer.from(`${inputs[topic]}-${phase}`) }];
  records(part).forEach(({ time, key }, index) => {
    const value = `${String.fromCharCode(97 + (index % 4))}${phase}.${index}`;
    // Some records have a twin of the same key and time.
    for (const twin of index % 5 === 4 ? ['', 't'] : ['']) {
      builder.append(Buffer.from(`${partition}-k${key}`), Buffer.from(value + twin), startMs + time, headers);
    }
  });
  return builder.build();
};

/** Writes one click whose window has closed in the first phase already. */
export const sendLate = async (
  client: BrokerClient,
  input: string,
  { key, startMs }: { readonly key: string; readonly startMs: number },
): Promise<void> => {
  const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
  await producer.init();
  const builder = new RecordBatchBuilder();
  builder.append(Buffer.from(key), Buffer.from('late'), startMs - 30_000, noHeaders);
  await producer.send({ topic: `${input}-clicks`, partition: 0 }, builder.build());
  await producer.close();
};

/** Writes the records of a phase to all input topics: the same for the same phase and start. */
export const sendPhase = async (
  client: BrokerClient,
  input: string,
  { phase, startMs }: { readonly phase: number; readonly startMs: number },
): Promise<void> => {
  const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 10_000 });
  await producer.init();
  for (const [topic, name] of inputs.entries()) {
    for (let partition = 0; partition < partitions; partition++) {
      const bytes = batch({ topic, phase, partition }, startMs + phase * phaseMs);
      await producer.send({ topic: `${input}-${name}`, partition }, bytes);
    }
  }
  await producer.close();
};
