import { systemClock } from '@millrace/stream-core';
import { demoCommand } from './payments/demo/demo-command.ts';
import { kafkaOf, registryOf } from './payments/run/cluster.ts';
import { runCommandIn } from './payments/run/run-command.ts';
import type { Command, Printer } from './shared/command.ts';
import { isUsageError } from './shared/usage-error.ts';

const runCommand = runCommandIn({
  env: process.env,
  signals: process,
  exit: (code) => process.exit(code),
  clock: systemClock,
  brokerOf: kafkaOf,
  sourceOf: registryOf,
});

const commands: Readonly<Record<string, Command>> = { demo: demoCommand, run: runCommand };

const usage = `usage: millrace COMMAND [options]

  demo    200,000 mobile-money payments through the payments pipeline on an embedded broker, and their books
  run     a pipeline on a Kafka cluster, until a signal ends it: millrace run payments --bootstrap HOST:PORT --registry URL

millrace COMMAND --help says more.`;

/** Runs a command line, and gives the exit code: 0 done, 1 failed, 2 the command line is wrong. */
export const runCli = async ([name, ...args]: readonly string[], printer: Printer): Promise<number> => {
  if (name === '--help' || name === 'help') {
    printer.out(usage);
    return 0;
  }
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    printer.err(name === undefined ? usage : `millrace: there is no command ${name}\n\n${usage}`);
    return 2;
  }
  try {
    return await command(args, printer);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    printer.err(`millrace ${name}: ${error.message}\n\nmillrace ${name} --help lists the options.`);
    return 2;
  }
};
