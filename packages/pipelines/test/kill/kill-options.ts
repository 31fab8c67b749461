import { parseArgs } from 'node:util';
import { OptionReader } from '../../src/shared/option-reader.ts';

/** What a run of the kill test is made of. */
export interface KillOptions {
  /** SIGKILLs of payments processes. */
  readonly kills: number;
  readonly brokerRestarts: number;
  /** Payments a second. */
  readonly rate: number;
  readonly seed: number;
  /** How long the load lasts. */
  readonly minutes: number;
}

/** How the command is used. */
export const killUsage = `usage: pnpm test:kill [options]

Runs three payments processes under exactly-once on a Kafka and a schema registry of their own, kills the processes and
the broker at random moments under load, and makes up the books from what Kafka's own Java consumer reads afterwards.
Progress goes to stderr; stdout has a line of JSON and, last, "N passed, N failed". Ends within 15 minutes.

  --kills N            SIGKILLs of payments processes, 1 to 500 (24)
  --broker-restarts N  restarts of the broker, 1 to 20 (2); the first, third ... begin with SIGKILL, the others with SIGTERM
  --rate N             payments a second, 1 to 1,000 (40)
  --minutes N          how long the load lasts, 1 to 10 (7)
  --seed N             what is sent, who is killed, and when, is a function of it (random)
  --help               prints this`;

/**
 * Reads the command line; `null` when it asks for help.
 *
 * @param seed when none is given
 * @throws UsageError with everything that is wrong
 */
export const readKillOptions = (args: readonly string[], seed: number): KillOptions | null => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '24' },
      'broker-restarts': { type: 'string', default: '2' },
      rate: { type: 'string', default: '40' },
      minutes: { type: 'string', default: '7' },
      seed: { type: 'string', default: String(seed) },
      help: { type: 'boolean', default: false },
    },
  });
  const reader = new OptionReader();
  const options = {
    kills: reader.wholeNumber('kills', values.kills, { min: 1, max: 500 }),
    brokerRestarts: reader.wholeNumber('broker-restarts', values['broker-restarts'], { min: 1, max: 20 }),
    rate: reader.wholeNumber('rate', values.rate, { min: 1, max: 1_000 }),
    minutes: reader.wholeNumber('minutes', values.minutes, { min: 1, max: 10 }),
    seed: reader.wholeNumber('seed', values.seed, { min: 0, max: 1_000_000 }),
  };
  reader.check();
  return values.help ? null : options;
};
