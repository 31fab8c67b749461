import { inMemoryState } from '../../../state/in-memory-state.ts';
import { TopologyTestDriver } from '../../topology-test-driver.ts';
import type { ReplayComparison } from '../simulation.ts';
import type { FinishedRun } from './finished-run.ts';

/** A record that is expected. */
export interface ExpectedRecord {
  readonly key: string;
  /** In hexadecimal digits; null for a tombstone. */
  readonly value: string | null;
}

interface Input {
  readonly topic: string;
  readonly partition: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const replay = ({ cluster, simulation }: FinishedRun, inputs: readonly Input[]): ExpectedRecord[] => {
  const { applicationId } = cluster.config;
  const settings = { applicationId, statestoreCacheMaxBytes: 0, ...simulation.config, state: inMemoryState() };
  const driver = new TopologyTestDriver(cluster.topology(), settings);
  for (const { topic, key, value, timestamp } of inputs) driver.pipe({ topic, key, value, timestamp, headers: [] });
  const produced = driver.takeProduced().filter(({ topic }) => topic === simulation.output);
  driver.close();
  return produced.map(({ key, value }) => ({
    key: key?.toString('latin1') ?? '',
    value: value?.toString('hex') ?? null,
  }));
};

/**
 * What an application writes that is never interrupted: the input, replayed through the test driver. A task that reads
 * several partitions takes them by timestamp, as tasks do.
 */
export const replayedOutput = (run: FinishedRun, by: ReplayComparison['replay']): ExpectedRecord[] => {
  const { cluster, simulation } = run;
  const sources = cluster.plan.subtopologies.flatMap(({ sourceTopics }) => sourceTopics);
  const inputs: Input[] = Object.keys(simulation.topics)
    .filter((topic) => sources.includes(topic))
    .flatMap((topic) => cluster.archive.records(topic));
  // By timestamp where several topics are read; a topic alone is read as it lies there.
  if (new Set(inputs.map(({ topic }) => topic)).size > 1) inputs.sort((a, b) => a.timestamp - b.timestamp);
  if (by === 'whole') return replay(run, inputs);
  const partitions = [...new Set(inputs.map(({ partition }) => partition))];
  return partitions.flatMap((of) =>
    replay(
      run,
      inputs.filter(({ partition }) => partition === of),
    ),
  );
};
