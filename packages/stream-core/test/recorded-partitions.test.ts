import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

import { MemoryBroker } from '../src/adapters/memory/memory-broker.ts';
import { topicPartitionKey } from '../src/common/topic-partition.ts';
import { create } from './kafka-streams-harness.ts';
import { recordedPartitionsTopology } from './recorded-partitions.ts';

// Into which partitions Kafka Streams 4.3.1 puts what it writes on a real broker: output, repartition topics, the topics
// of foreign-key joins, changelogs; through its own partitioner, custom and multicast ones.

interface Input {
  readonly step: number;
  readonly topic: string;
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
}

interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly (readonly [key: string | null, value: string | null, timestamp: number])[];
}

/** How many records there are in all topics when a step is processed to its end. */
interface Settled {
  readonly after: number;
  readonly count: number;
}

type Line = Settled | { readonly topics: Readonly<Record<string, number>> } | Input | Partition;

const lines = gunzipSync(readFileSync(new URL('fixtures/partitions/partitions.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line): Line => JSON.parse(line));

const topics = lines.flatMap((line) => ('topics' in line ? Object.entries(line.topics) : []));
const inputs = lines.filter((line): line is Input => 'step' in line);
const counts = new Map(lines.flatMap((line) => ('after' in line ? [[line.after, line.count] as const] : [])));
const recorded = lines.filter((line): line is Partition => 'records' in line);

/** By topic, partition and key, the values in their order: between keys there is none that tasks would keep. */
const byKey = (partitions: readonly Partition[]): Record<string, string[]> => {
  const rows: Record<string, string[]> = {};
  for (const { topic, partition, records } of partitions) {
    for (const [key, value, timestamp] of records) {
      const place = `${topicPartitionKey({ topic, partition })} ${key}`;
      rows[place] = [...(rows[place] ?? []), `${value} @${timestamp}`];
    }
  }
  return rows;
};

const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('base64');

const bytes = (part: string | null): Buffer | null => (part === null ? null : Buffer.from(part));

test('there are records of every kind of topic', () => {
  const filled = new Set(recorded.filter(({ records }) => records.length > 0).map(({ topic }) => topic));
  const empty = [...new Set(recorded.map(({ topic }) => topic))].filter((topic) => !filled.has(topic));
  expect(empty).toEqual([]);
});

test.each(['at_least_once', 'exactly_once_v2'] as const)(
  '%s: each record goes where Kafka Streams puts it',
  async (processingGuarantee) => {
    const server = new MemoryBroker({ retentionCheckIntervalMs: Number.MAX_SAFE_INTEGER });
    for (const [topic, partitions] of topics) server.createTopic(topic, { partitions });
    const streams = create({
      topology: recordedPartitionsTopology(),
      broker: server,
      processingGuarantee,
      statestoreCacheMaxBytes: 0,
      commitInterval: 1,
      repartitionPurgeInterval: '1d',
    });
    await streams.start();
    const all = [...new Set(recorded.map(({ topic }) => topic))];
    const count = (): number => all.reduce((sum, topic) => sum + server.records(topic).length, 0);
    for (const [step, records] of Map.groupBy(inputs, (input) => input.step)) {
      for (const { topic, key, value, timestamp } of records) {
        server.produce(topic, [{ key: bytes(key), value: bytes(value), timestamp }]);
      }
      await expect.poll(count, { timeout: 60_000, interval: 2 }).toBe(counts.get(step));
    }
    expect(streams.error).toBeNull();
    const got = all.flatMap((topic) =>
      server.records(topic).map(({ partition, key, value, timestamp }) => ({
        topic,
        partition,
        records: [[base64(key), base64(value), timestamp] as const],
      })),
    );
    expect(byKey(got)).toEqual(byKey(recorded));
  },
  120_000,
);
