import type { Clock, LogFields, Logger } from '@millrace/stream-core';
import { ConfigError, jsonLogger, StreamsError } from '@millrace/stream-core';
import type { SchemaSource } from '@millrace/stream-core/avro';
import type { Broker } from '@millrace/stream-core/broker';
import type { Command, Printer } from '../../shared/command.ts';
import { HealthServer } from '../../shared/health-server.ts';
import { gatherSettings } from '../../shared/settings/gather-settings.ts';
import { settingLines } from '../../shared/settings/setting.ts';
import type { SignalSource } from '../../shared/stop-signals.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { UsageError } from '../../shared/usage-error.ts';
import type { ClusterTuning } from './cluster.ts';
import { ClusterProbe, probeTimeoutMs } from './cluster-probe.ts';
import { PaymentsService } from './payments-service.ts';
import type { ClusterOptions, RegistryOptions, RunOptions } from './run-options.ts';
import { readRunOptions } from './run-options.ts';
import { runSettings } from './run-settings.ts';

/** Everything that `millrace run` takes from outside of itself. */
export interface RunEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signals: SignalSource;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly clock: Clock;
  readonly brokerOf: (cluster: ClusterOptions, tuning?: ClusterTuning) => Promise<Broker>;
  readonly sourceOf: (registry: RegistryOptions) => SchemaSource;
}

const usage = `usage: millrace run payments [options]

Runs the payments pipeline on a Kafka cluster until SIGTERM or SIGINT, which let it commit, leave its groups and exit
with 0. A second signal ends it at once. Logs are JSON lines on stdout. It exits with 1 when it has failed.

${settingLines([...runSettings.filter(({ kind }) => kind !== 'secret'), { name: 'config', kind: 'value', value: 'FILE', help: 'a JSON file with settings' }, { name: 'help', kind: 'switch', help: 'prints this' }])}

Every option can also be set in the environment (--create-topics as MILLRACE_CREATE_TOPICS=true) and in the file
("createTopics": true). A flag counts more than the environment, and that more than the file. Never a flag:

${settingLines(runSettings.filter(({ kind }) => kind === 'secret'))}`;

/** How a run ended: by a signal, or because an application failed. */
type Ending = { readonly signal: string } | { readonly error: unknown };

const errorFields = (error: unknown): LogFields => ({
  code: error instanceof StreamsError ? error.code : null,
  error: error instanceof Error ? error.message : String(error),
});

/** Where the credentials of a run are not. */
const startFields = (options: RunOptions): LogFields => ({
  bootstrap: options.cluster.bootstrapServers.join(','),
  tls: options.cluster.tls !== null,
  sasl: options.cluster.sasl?.mechanism ?? null,
  applications: options.applications.join(','),
  applicationId: options.applicationId,
  guarantee: options.guarantee,
  stateEngine: options.state.engine,
});

/** Whether something was done in time. What it fails with is logged, and is an end too. */
const isDoneIn = async (work: Promise<unknown>, timeoutMs: number, clock: Clock): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.schedule(timeoutMs, () => resolve(false));
  work.then(
    () => resolve(true),
    () => resolve(true),
  );
  return promise.finally(() => timer.cancel());
};

const supervise = async (
  service: PaymentsService,
  { options, logger, environment }: { options: RunOptions; logger: Logger; environment: RunEnvironment },
): Promise<number> => {
  const stop = new StopSignals(environment.signals, environment.exit);
  const running = service.start().then(() => service.ended());
  const ending: Ending = await Promise.race([
    running.then((error) => ({ error })).catch((error: unknown) => ({ error })),
    stop.first.then((signal) => ({ signal })),
  ]);
  if ('signal' in ending) logger.info('pipeline.draining', { signal: ending.signal });
  else logger.error('pipeline.failed', errorFields(ending.error));
  const drained = Promise.allSettled([service.drain(), running]);
  const isDrained = await isDoneIn(drained, options.drainTimeoutMs, environment.clock);
  stop.close();
  const code = 'signal' in ending && isDrained ? 0 : 1;
  if (isDrained) logger.info('pipeline.stopped', { code });
  else {
    logger.error('pipeline.drain_timeout', { timeoutMs: options.drainTimeoutMs });
    // Something still waits for the cluster, and would keep the process.
    environment.exit(code);
  }
  return code;
};

interface Clients {
  readonly broker: Broker;
  /** The same cluster for who does not want to wait. */
  readonly probed: Broker;
  readonly source: SchemaSource;
}

/** What reaches the cluster. Nothing is connected yet, so that all that is wrong here is wrong with the settings. */
const clientsOf = async (options: RunOptions, { brokerOf, sourceOf }: RunEnvironment): Promise<Clients> => {
  const problems: string[] = [];
  const make = async <T>(name: string, of: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await of();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const { where, problem, remedy } of error.problems)
        problems.push(`${name}: ${where}: ${problem}; ${remedy}`);
      return null;
    }
  };
  const broker = await make('the cluster', () => brokerOf(options.cluster));
  const source = await make('the registry', () => sourceOf(options.registry));
  if (broker === null || source === null) throw new UsageError(problems);
  const probed = await brokerOf(options.cluster, { retryTimeoutMs: probeTimeoutMs });
  return { broker, probed, source };
};

const runPayments = async (options: RunOptions, environment: RunEnvironment, { out }: Printer): Promise<number> => {
  const { clock } = environment;
  const logger = jsonLogger(out, options.logLevel, () => clock.now());
  const { probed, ...clients } = await clientsOf(options, environment);
  logger.info('pipeline.starting', startFields(options));
  const probe = new ClusterProbe(probed, { clock, logger });
  let health: HealthServer | null = null;
  try {
    const service = new PaymentsService(options, { ...clients, clock, logger });
    if (options.health !== null) {
      health = await HealthServer.start(options.health, () => service.health());
      logger.info('health.listening', { host: options.health.host, port: health.port });
    }
    return await supervise(service, { options, logger, environment });
  } catch (error) {
    logger.error('pipeline.failed', errorFields(error));
    return 1;
  } finally {
    await health?.close();
    await probe.close();
  }
};

/** `millrace run PIPELINE`. */
export const runCommandIn =
  (environment: RunEnvironment): Command =>
  async ([pipeline = '--help', ...args], printer) => {
    if (pipeline === '--help') {
      printer.out(usage);
      return 0;
    }
    if (pipeline !== 'payments') throw new UsageError([`${pipeline}: there is no such pipeline; give payments`]);
    const given = gatherSettings(runSettings, { args, env: environment.env });
    if (given.isHelp) {
      printer.out(usage);
      return 0;
    }
    return runPayments(readRunOptions(given), environment, printer);
  };
