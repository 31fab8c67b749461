import { unsupported } from '../interpreter/unsupported-error.ts';
import type { Case } from '../language/case.ts';

const legalTopic = /^[a-zA-Z0-9._-]{1,249}$/;

/**
 * Gives up on cases that no broker would run: the test driver writes to topics of any name.
 *
 * @throws UnsupportedError
 */
export const checkRuntimeCanAnswer = ({ expected }: Case): void => {
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
