import { compareCase } from './compare/compare.ts';
import { isLateBuildError } from './compare/errors.ts';
import { UnsupportedError } from './interpreter/unsupported-error.ts';
import { readCase } from './language/case.ts';
import { CaseError } from './language/decode.ts';
import type { WithState } from './run/case-state.ts';
import type { Runner } from './run/runner.ts';

/** How one case went. */
export interface Verdict {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'unsupported';
  /** The first difference, or what the library lacks; empty for a case that passed. */
  readonly detail: string;
  /** Whether an error of phase build came in phase init, which passes. */
  readonly isLateBuildError: boolean;
}

const verdict = (name: string, outcome: Verdict['outcome'], detail = ''): Verdict => ({
  name,
  outcome,
  detail,
  isLateBuildError: false,
});

/** The name of a case that may be malformed. */
export const caseName = (line: string): string => /"name"\s*:\s*"([^"]*)"/.exec(line)?.[1] ?? line.slice(0, 60);

/** Runs the case of one line. A malformed case fails, and says why. */
export const runLine = async (line: string, runner: Runner, withState: WithState): Promise<Verdict> => {
  const name = caseName(line);
  try {
    const testCase = readCase(line);
    const result = await withState(async (state) => runner.run(testCase, state));
    const difference = compareCase(testCase, result);
    if (difference !== null) return verdict(name, 'failed', difference);
    return { ...verdict(name, 'passed'), isLateBuildError: isLateBuildError(testCase.expected.error, result.error) };
  } catch (error) {
    if (error instanceof UnsupportedError) return verdict(name, 'unsupported', error.message);
    if (error instanceof CaseError) return verdict(name, 'failed', `the case is malformed: ${error.message}`);
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return verdict(name, 'failed', `the interpreter failed: ${trace}`);
  }
};
