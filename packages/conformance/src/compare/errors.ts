import { StreamsError } from '@millrace/stream-core';
import type { ExpectedError } from '../language/case.ts';
import type { RunError } from '../run/runner.ts';

const causes = (thrown: unknown): readonly unknown[] => {
  const chain: unknown[] = [];
  for (let current = thrown; current !== undefined; current = current instanceof Error ? current.cause : undefined) {
    chain.push(current);
  }
  return chain;
};

const codeOf = (thrown: unknown): string => {
  if (thrown instanceof StreamsError) return thrown.code;
  return thrown instanceof Error ? thrown.name : typeof thrown;
};

const codesOf = ({ thrown }: RunError): readonly string[] => causes(thrown).map(codeOf);

const invalid = ['TOPOLOGY_INVALID', 'CONFIG_INVALID', 'RangeError'];

/** What of ours answers to the exceptions that are obvious, by phase and root; another root may be anything. */
const correspondences: Readonly<Record<string, readonly string[]>> = {
  'build/TopologyException': invalid,
  'build/IllegalArgumentException': invalid,
  'run/SerializationException': ['DESERIALIZATION_FAILED', 'SERIALIZATION_FAILED'],
  'run/IllegalStateException': ['PROCESSING_FAILED'],
};

const readableError = (error: RunError): string => {
  const at = error.at === null ? '' : ` at input ${error.at}`;
  const messages = causes(error.thrown).map((cause) => (cause instanceof Error ? cause.message : String(cause)));
  return `${error.phase}${at}: ${codesOf(error).join(' < ')}: ${messages.join(' < ')}`;
};

const readableExpected = ({ phase, at, type, root }: ExpectedError): string =>
  `${phase}${at === null ? '' : ` at input ${at}`}: ${type} < ${root}`;

/**
 * Whether a problem of the topology that Kafka Streams finds while it is built came up with us when the driver was
 * made, before any input. The API has no earlier place for what needs the configuration.
 */
export const isLateBuildError = (expected: ExpectedError | null, actual: RunError | null): boolean =>
  expected?.phase === 'build' && actual?.phase === 'init' && invalid.some((code) => codesOf(actual).includes(code));

const isSameError = (expected: ExpectedError, actual: RunError): boolean => {
  const isSamePlace = expected.phase === actual.phase && expected.at === actual.at;
  if (!isSamePlace && !isLateBuildError(expected, actual)) return false;
  const allowed = correspondences[`${expected.phase}/${expected.root}`];
  return allowed === undefined || codesOf(actual).some((code) => allowed.includes(code));
};

/**
 * Whether Kafka Streams broke down over a null of its own where we go on. What it would have answered nobody knows, so
 * there is nothing to compare from there on.
 */
export const isBreakdown = (expected: ExpectedError | null, actual: RunError | null): boolean =>
  expected?.root === 'NullPointerException' && actual === null;

/** The difference between two errors, or null. */
export const compareErrors = (expected: ExpectedError | null, actual: RunError | null): string | null => {
  if (expected === null ? actual === null : actual !== null && isSameError(expected, actual)) return null;
  return [
    'error',
    `  expected ${expected === null ? 'none' : readableExpected(expected)}`,
    `  got      ${actual === null ? 'none' : readableError(actual)}`,
  ].join('\n');
};
