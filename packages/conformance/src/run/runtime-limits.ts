import { unsupported } from '../interpreter/unsupported-error.ts';
import type { Case } from '../language/case.ts';

const legalTopic = /^[a-zA-Z0-9._-]{1,249}$/;

const punctuatesByStreamTime = (op: Case['topology'][number]): boolean =>
  'processor' in op && 'type' in op.processor && op.processor.type === 'stream';

/**
 * Gives up on cases whose answer is that of the test driver alone: it writes to topics of any name, and all
 * sub-topologies have one stream time, which a record moves before it comes through a repartition topic.
 *
 * @throws UnsupportedError
 */
export const checkRuntimeCanAnswer = ({ topology, expected }: Case, describe: string): void => {
  // What keeps a global store up to date is no task.
  const tasks = [...describe.matchAll(/Sub-topology: \d+\n/g)].length;
  if (tasks > 1 && topology.some(punctuatesByStreamTime)) unsupported('the stream time of several sub-topologies');
  if (![...expected.topics.keys()].every((topic) => legalTopic.test(topic))) {
    unsupported('topic names that a broker refuses');
  }
};

/** A case in the layout of its answer, in which every topic has one partition, whatever it asks for. */
export const withOnePartition = (testCase: Case): Case => ({
  ...testCase,
  topology: testCase.topology.map((op) => (op.op === 'repartition' ? { ...op, partitions: null } : op)),
});

/**
 * Whether an answer shows offsets: its processors do, or the changelog of a buffer. Those of transactions have gaps, which
 * the test driver does not know.
 */
export const showsOffsets = ({ topology, expected }: Case): boolean =>
  [...expected.changelogs.values()].some((records) => records.some(({ ts }) => ts === null)) ||
  topology.some((op) => 'processor' in op && op.processor.name === 'meta');
