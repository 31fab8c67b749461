import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

// What Kafka Streams 4.3.1 made of topologies; fixtures/topologies/TopologyRecorder.java asked.

export interface RecordedTopology {
  readonly name: string;
  readonly describe: string;
  /** The processors that a wrapper was asked to wrap, by name. */
  readonly wrapped?: readonly (readonly [name: string, kind: 'processor' | 'fixedKey'])[];
  readonly input?: readonly (readonly [topic: string, key: string, value: string, timestamp: number])[];
  /** Of the topic `out`. */
  readonly output?: readonly (readonly [key: string, value: string, timestamp: number])[];
  /** The topics that were written. */
  readonly topics?: readonly string[];
}

/** A recorded topology. @throws RangeError when there is none of that name */
export const recordedTopology = (name: string): RecordedTopology => {
  const bytes = readFileSync(new URL('fixtures/topologies/topologies.jsonl.gz', import.meta.url));
  const lines = gunzipSync(bytes).toString('utf8').trim().split('\n');
  const found = lines.map((line) => JSON.parse(line) as RecordedTopology).find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`there is no recorded topology ${name}`);
  return found;
};
