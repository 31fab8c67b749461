import { unsupported } from '../interpreter/unsupported-error.ts';
import type { Case } from '../language/case.ts';

const legalTopic = /^[a-zA-Z0-9._-]{1,249}$/;

/**
 * Gives up on cases whose answer holds for the one task of the test driver alone.
 *
 * @throws UnsupportedError
 */
export const checkRuntimeCanAnswer = (testCase: Case, describe: string): void => {
  // What keeps a global store up to date is no task.
  if ([...describe.matchAll(/Sub-topology: \d+\n/g)].length !== 1) unsupported('several sub-topologies');
  if (![...testCase.expected.topics.keys()].every((topic) => legalTopic.test(topic))) {
    unsupported('topic names that a broker refuses');
  }
};
