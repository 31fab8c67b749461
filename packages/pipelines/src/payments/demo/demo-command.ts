import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Command } from '../../shared/command.ts';
import { OptionReader } from '../../shared/option-reader.ts';
import type { StateEngineName } from '../../shared/state-engine.ts';
import { stateEngineNames, stateOn } from '../../shared/state-engine.ts';
import { demoOptions } from './demo-options.ts';
import { formatProgress, formatResult, jsonResult } from './demo-report.ts';
import { runDemo } from './run-demo.ts';

const usage = `usage: millrace demo [options]

Sends generated mobile-money payments through the payments pipeline on an embedded broker, with fraud, revenue and core
simulated, and makes up the books from the topics. Exits with 1 when they do not balance.

  --payments N    how many payments, 100 to 5,000,000 (200,000)
  --seed N        what is generated, and what goes wrong, is a function of it (1)
  --instances N   instances of the orchestrator, 1 to 8 (1); with more than one, one is stopped without warning
  --fraud MODE    builtin: the pipeline's own rules; external: a simulated system behind a circuit breaker (builtin)
  --fraud-down    the external system is down in the middle of the run; implies --fraud external
  --rate N        payments in a second of event time, 1 to 100,000 (2,000)
  --state ENGINE  memory, lmdb or rocksdb; the last two in a temporary directory (memory)
  --json          prints one line of JSON instead of the table; progress goes to stderr
  --help          prints this`;

interface CommandLine {
  readonly isHelp: boolean;
  readonly isJson: boolean;
  readonly engine: StateEngineName;
  readonly options: Parameters<typeof demoOptions>[0];
}

const readOptions = (args: readonly string[]): CommandLine => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      payments: { type: 'string', default: '200000' },
      seed: { type: 'string', default: '1' },
      instances: { type: 'string', default: '1' },
      rate: { type: 'string', default: '2000' },
      state: { type: 'string', default: 'memory' },
      fraud: { type: 'string' },
      'fraud-down': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const isFraudDown = values['fraud-down'];
  const reader = new OptionReader();
  const options = {
    payments: reader.wholeNumber('payments', values.payments, { min: 100, max: 5_000_000 }),
    seed: reader.wholeNumber('seed', values.seed, { min: 0, max: 1_000_000 }),
    instances: reader.wholeNumber('instances', values.instances, { min: 1, max: 8 }),
    fraud: reader.oneOf('fraud', values.fraud ?? (isFraudDown ? 'external' : 'builtin'), ['builtin', 'external']),
    isFraudDown,
    ratePerSecond: reader.wholeNumber('rate', values.rate, { min: 1, max: 100_000 }),
    // Nobody but the books of this run has to understand the tokens.
    hmacKey: createSecretKey(randomBytes(32)),
  };
  reader.require(
    !isFraudDown || options.fraud === 'external',
    '--fraud-down: there is no system to be down with --fraud builtin',
  );
  const engine = reader.oneOf('state', values.state, stateEngineNames);
  reader.check();
  return { isHelp: values.help, isJson: values.json, engine, options };
};

/** `millrace demo`. */
export const demoCommand: Command = async (args, { out, err }) => {
  const { isHelp, isJson, engine, options } = readOptions(args);
  if (isHelp) {
    out(usage);
    return 0;
  }
  const tell = isJson ? err : out;
  const directory = await mkdtemp(join(tmpdir(), 'millrace-demo-'));
  const result = await runDemo(demoOptions({ ...options, stateOf: await stateOn(engine, directory) }), {
    onProgress: (progress) => tell(formatProgress(progress)),
    onEvent: tell,
    onLog: err,
  }).finally(() => rm(directory, { recursive: true, force: true }));
  for (const line of isJson ? [jsonResult(result)] : formatResult(result)) out(line);
  return result.books.isBalanced && result.aborted === null ? 0 : 1;
};
