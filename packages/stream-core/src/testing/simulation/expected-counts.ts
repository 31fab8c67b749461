import { awaitedRequests } from './awaited-requests.ts';
import { strikeNames } from './strikes.ts';

const requestFaults = ['request slow', 'request late', 'request lost', 'answer slow', 'answer late', 'answer lost'];

const moments = ['before', 'after'] as const;

/** What must have happened at least once in a great many seeds, by the names of the counts. */
export const expectedCounts: readonly string[] = [
  ...[...strikeNames, ...requestFaults].map((name) => `fault ${name}`),
  ...['await', 'crash'].flatMap((what) =>
    moments.flatMap((moment) => awaitedRequests.map((kind) => `${what} ${moment} ${kind}`)),
  ),
];
