import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.ts';

const usage = `usage: bench [--only SUBSTRING] [--records N] [--runs N] [--json]

Measures, and prints a table with the machine and the versions that it was measured on.

  --only SUBSTRING  only benchmarks whose question contains it
  --records N       records a run (what the benchmark says)
  --runs N          runs that are counted; the table gives their median (5)
  --json            one JSON object instead of the table`;

/** What the command line asks for. */
export interface BenchArguments {
  readonly only: string;
  /** Null: what each benchmark says. */
  readonly records: number | null;
  readonly runs: number;
  readonly json: boolean;
}

/** The command line cannot be used, or only asks how; the message is what to print. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const problemsOf = (only: string, counts: Readonly<Record<string, string | undefined>>): string[] => {
  const problems = Object.entries(counts)
    .filter(([, text]) => text !== undefined && !/^[1-9]\d{0,8}$/.test(text))
    .map(([flag, text]) => `--${flag} ${text}: give a whole number from 1`);
  if (benchmarks.some(({ question }) => question.includes(only))) return problems;
  const questions = benchmarks.map(({ question }) => `  ${question}`).join('\n');
  return [...problems, `--only ${only}: no benchmark has that in its question; there are\n${questions}`];
};

/**
 * Reads the command line.
 *
 * @throws UsageError with every problem, or with the usage when that is asked for
 */
export const readArguments = (args: readonly string[]): BenchArguments => {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  const { only, records, runs, json, help } = parsed.values;
  if (help) throw new UsageError(usage);
  const problems = problemsOf(only, { records, runs });
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return { only, records: records === undefined ? null : Number(records), runs: Number(runs), json };
};

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      records: { type: 'string' },
      runs: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
