import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readCaseLines } from './language/case-file.ts';
import { countVerdicts, formatCounts, formatDetails } from './report.ts';
import type { StateName, WithState } from './run/case-state.ts';
import { caseState, stateNames, withMemoryState } from './run/case-state.ts';
import { driverRunner } from './run/driver-runner.ts';
import type { Runner } from './run/runner.ts';
import { runtimeRunner } from './run/runtime-runner.ts';
import type { Verdict } from './run-line.ts';
import { caseName, runLine } from './run-line.ts';

const usage = `usage: conformance [--only SUBSTRING] [--list-unsupported] [--runtime] [--state ENGINE] FILE...

Runs recorded answers of Kafka Streams (.jsonl, .jsonl.gz) against the public API of @millrace/stream-core.

  --only SUBSTRING    only cases whose name contains it
  --list-unsupported  prints each case that uses what the library does not have, and what that is
  --runtime           runs on KafkaStreams over the memory broker instead of the test driver; everything but the
                      entries of the stores is compared
  --state ENGINE      memory, lmdb or rocksdb; on the last two every write goes through to the engine (memory)`;

/** Where the lines go. */
export interface Printer {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** The command line cannot be used. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

const stateName = (text: string): StateName => {
  const name = stateNames.find((each) => each === text);
  if (name === undefined) throw new UsageError(`--state ${text}: give ${stateNames.join(', ')}`);
  return name;
};

const readArguments = (args: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string', default: '' },
        'list-unsupported': { type: 'boolean', default: false },
        runtime: { type: 'boolean', default: false },
        state: { type: 'string', default: 'memory' },
        help: { type: 'boolean', default: false },
      },
    });
    return { ...values, state: stateName(values.state), files: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const checkFiles = (files: readonly string[]): void => {
  if (files.length === 0) throw new UsageError(`no file is named\n\n${usage}`);
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new UsageError(`there is no file ${missing.join(', ')}`);
};

/** How the cases of a file are run. */
export interface FileOptions {
  readonly runner: Runner;
  /** @default in memory */
  readonly withState?: WithState;
  /** Only cases whose names contain it. @default all */
  readonly only?: string;
}

/** Runs the cases of a file. */
export const runFile = async (file: string, options: FileOptions): Promise<Verdict[]> => {
  const { runner, withState = withMemoryState, only = '' } = options;
  const verdicts: Verdict[] = [];
  for (const line of readCaseLines(file)) {
    if (caseName(line).includes(only)) verdicts.push(await runLine(line, runner, withState));
  }
  return verdicts;
};

const runFiles = async (args: readonly string[], { out }: Printer): Promise<number> => {
  const { files, only, help, runtime, state, 'list-unsupported': listUnsupported } = readArguments(args);
  if (help) {
    out(usage);
    return 0;
  }
  checkFiles(files);
  const all: Verdict[] = [];
  const withState = await caseState(state);
  const runner = runtime ? runtimeRunner : driverRunner;
  for (const file of files) {
    const verdicts = await runFile(file, { runner, withState, only });
    all.push(...verdicts);
    out(file);
    for (const line of formatDetails(verdicts, listUnsupported)) out(line);
    out(formatCounts(countVerdicts(verdicts)));
  }
  const counts = countVerdicts(all);
  out('all files');
  out(formatCounts(counts));
  return counts.failed > 0 ? 1 : 0;
};

/** The command. Returns its exit code: 0, 1 when a case failed, 2 when the command line cannot be used. */
export const runCli = async (args: readonly string[], printer: Printer): Promise<number> => {
  try {
    return await runFiles(args, printer);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    printer.err(`conformance: ${error.message}`);
    return 2;
  }
};
