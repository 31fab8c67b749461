import { StreamsError } from '../../../errors/streams-error.ts';
import type { Checker } from './finished-run.ts';
import { firstFew } from './finished-run.ts';

/** Instances end by errors that users can meet, never by an invariant that broke. */
export const checkFailures: Checker = ({ cluster }) => {
  const problems = [...cluster.instances.values()].flatMap(({ isDead, clientId, streams }) => {
    const { error } = streams;
    if (isDead || error === null || error instanceof StreamsError) return [];
    return [`${clientId} ended by ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  });
  return firstFew(problems).map((problem) => `failure: ${problem}`);
};
