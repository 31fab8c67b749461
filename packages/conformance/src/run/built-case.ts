import type { ProcessingConfig } from '@millrace/stream-core';
import { processingConfig } from '../interpreter/config.ts';
import type { Interpreted } from '../interpreter/interpret.ts';
import { interpret } from '../interpreter/interpret.ts';
import { UnsupportedError } from '../interpreter/unsupported-error.ts';
import type { Case, Phase } from '../language/case.ts';
import { CaseError } from '../language/decode.ts';
import type { RunError, RunResult } from './runner.ts';

/** A case that is ready to run. */
export interface BuiltCase extends Interpreted {
  readonly kind: 'built';
  readonly describe: string;
  readonly config: ProcessingConfig;
}

/** The error of a phase; what says something about the case itself, and not about the library, goes on. */
export const runError = (phase: Phase, thrown: unknown, at: number | null = null): RunError => {
  if (thrown instanceof UnsupportedError || thrown instanceof CaseError) throw thrown;
  return { phase, at, thrown };
};

/** The result of a case that did not come to run. */
export const failedResult = (error: RunError, describe: string | null): RunResult => ({
  describe,
  produced: [],
  hasInternalTopics: true,
  stores: null,
  retentions: [],
  error,
});

/** Phase build: the topology and its description, or the result of a case that fails there. */
export const buildCase = (testCase: Case): BuiltCase | RunResult => {
  const config = processingConfig(testCase.config);
  try {
    const interpreted = interpret(testCase);
    return { kind: 'built', ...interpreted, describe: interpreted.topology.describe(), config };
  } catch (error) {
    return failedResult(runError('build', error), null);
  }
};
