import { awaitPlaces } from './await-places.ts';
import { strikeNames } from './strikes.ts';

const requestFaults = [
  'request slow',
  'request late',
  'request lost',
  'answer slow',
  'answer late',
  'answer lost',
  'registry fails',
];

/** What faults led to. */
const outcomes = [
  'abort marker',
  'rebalance',
  'crash in a loop',
  'changelog shortened',
  'input shortened',
  'aborted tail',
  'database before its changelog',
  'tail of tombstones',
  'tail of markers',
  'request after its retry',
  'instance ended by its disk',
];

/** What must have happened at least once in a great many seeds, by the names of the counts. */
export const expectedCounts: readonly string[] = [
  ...[...strikeNames, ...requestFaults].map((name) => `fault ${name}`),
  ...['await', 'crash'].flatMap((what) => awaitPlaces.map((place) => `${what} ${place}`)),
  ...outcomes.map((name) => `seen ${name}`),
];
