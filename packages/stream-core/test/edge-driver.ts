import type { Headers } from '../src/common/headers.ts';
import type { ProducedRecord } from '../src/testing/produced-record.ts';
import type { TestDriverConfig } from '../src/testing/topology-test-driver.ts';
import { TopologyTestDriver } from '../src/testing/topology-test-driver.ts';
import type { Topology } from '../src/topology/topology.ts';
import type { RecordedInput, RecordedOutput } from './recorded-edges.ts';

const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
const base64 = (value: Uint8Array | null): string | null =>
  value === null ? null : Buffer.from(value).toString('base64');

/** Headers as they were recorded: of a stack trace the first line. */
export const headerTexts = (headers: Headers): RecordedOutput['headers'] =>
  headers.map(({ key, value }) => {
    const text = value === null ? null : Buffer.from(value).toString();
    return [key, key.endsWith('.stacktrace') && text !== null ? (text.split('\n')[0] as string) : text];
  });

const outputOf = (record: ProducedRecord): RecordedOutput => ({
  topic: record.topic,
  key: base64(record.key),
  value: base64(record.value),
  timestamp: record.timestamp,
  headers: headerTexts(record.headers ?? []),
});

/** What our driver makes of recorded input: the output of some topics, one topic behind the other. */
export const driveEdges = (
  topology: Topology,
  config: TestDriverConfig,
  { inputs, topics }: { readonly inputs: readonly RecordedInput[]; readonly topics: readonly string[] },
) => {
  const driver = new TopologyTestDriver(topology, { applicationId: 'app', statestoreCacheMaxBytes: 0, ...config });
  let error: unknown = null;
  try {
    for (const { topic, key, value, timestamp, from } of inputs) {
      const headers = from === null ? [] : [{ key: 'from', value: Buffer.from(from) }];
      driver.pipe({ topic, key: bytes(key), value: bytes(value), timestamp, headers });
    }
  } catch (thrown) {
    error = thrown;
    try {
      // What was written before it failed is still with the collector.
      driver.advanceWallClockTime(0);
    } catch {
      // The error was noted already.
    }
  }
  const produced = driver.takeProduced().map(outputOf);
  driver.close();
  return { error, outputs: topics.flatMap((name) => produced.filter(({ topic }) => topic === name)) };
};
