import { createSecretKey, randomBytes } from 'node:crypto';
import { systemClock } from '@millrace/stream-core';
import { avroSerdes, schemaRegistry } from '@millrace/stream-core/avro';
import type { BrokerClient } from '@millrace/stream-core/broker';
import { systemChance } from '../../../stream-core/src/common/chance.ts';
import { abortedTransactions } from '../../../stream-core/test/servers/aborted-transactions.ts';
import { ConfirmationMonitor } from '../../src/payments/demo/confirmation-monitor.ts';
import { pause } from '../../src/payments/demo/demo-clock.ts';
import { LoadDriver } from '../../src/payments/demo/load-driver.ts';
import { PaymentTracker } from '../../src/payments/demo/payment-tracker.ts';
import { paymentsSerdes } from '../../src/payments/messages.ts';
import { generateLoad } from '../../src/payments/simulator/load.ts';
import { paymentsTopics, topicNames } from '../../src/payments/topics.ts';
import { readBooks } from '../payments/kafka/read-books.ts';
import { Disturber } from './disturber.ts';
import { booksTopics } from './kill-books.ts';
import type { KillEvidence } from './kill-evidence.ts';
import type { KillOptions } from './kill-options.ts';
import { killPlan } from './kill-plan.ts';
import { KillSystem, partitionsDivisor } from './kill-system.ts';
import { presentLoad } from './present-load.ts';
import { untilQuiet } from './quiet-topics.ts';
import { RequestWriter } from './request-writer.ts';

const reportEveryMs = 5_000;

// Nothing is held back for longer than the idle timeout and one more timeout of 5 s each.
const quietMs = 13_000;
const settleMaxMs = 180_000;

// A gateway does not take requests without end while nobody confirms any: those of so many seconds may be open.
const openMaxSeconds = 10;

const accountsMin = 100;
const paymentsPerAccount = 4;
const badRecordsTimes = 5;

type RunEvidence = Omit<KillEvidence, 'hmacKey' | 'options' | 'logFolder'>;

/** A load on the whole system, what is done to it meanwhile, and what can be read of it afterwards. */
class KillRun {
  readonly #options: KillOptions;
  readonly #tell: (line: string) => void;
  readonly #system: KillSystem;
  readonly #client: BrokerClient;
  readonly #tracker = new PaymentTracker();
  readonly #disturber: Disturber;
  readonly #startedMs = systemClock.monotonic();

  constructor(options: KillOptions, system: KillSystem, tell: (line: string) => void) {
    this.#options = options;
    this.#system = system;
    this.#tell = (text) => tell(`${((systemClock.monotonic() - this.#startedMs) / 1_000).toFixed(1)} s  ${text}`);
    this.#client = system.broker.connect({ clientId: 'kill-run', clock: systemClock, chance: systemChance });
    this.#disturber = new Disturber(system, killPlan(options), this.#tell);
  }

  async run(): Promise<RunEvidence> {
    const disturber = this.#disturber;
    const { isSettled, writer } = await this.#loadAndSettle();
    const ended = disturber.ended();
    const { kafka, registry, processes } = this.#system;
    const drained = await Promise.all(processes.map((each) => each.stop()));
    this.#tell("everything has drained; Kafka's own consumer reads the topics");
    const servers = { bootstrapServers: kafka.bootstrapServers, registryUrl: registry.url };
    const source = await readBooks(servers, booksTopics);
    await this.#client.close();
    await kafka.stop();
    const aborted = await abortedTransactions(kafka.node(1).dataFolder);
    return {
      source,
      isSettled,
      sent: this.#tracker.state.sent,
      acknowledged: writer.acknowledged,
      writeErrors: writer.errors.map(String),
      kills: disturber.kills,
      brokerKills: disturber.brokerKills,
      brokerRestarts: disturber.brokerRestarts,
      unplannedExits: [...disturber.unplannedExits, ...ended],
      notDrained: processes.filter((_, index) => drained[index] !== true).map(({ name }) => name),
      complaints: processes.flatMap((each) => each.complaints()),
      transactionsAborted: aborted.length,
    };
  }

  async #loadAndSettle(): Promise<{ isSettled: boolean; writer: RequestWriter }> {
    const tracker = this.#tracker;
    const partitionsOf = (name: string): number =>
      paymentsTopics(partitionsDivisor).find((topic) => topic.name === name)?.partitions ?? 1;
    const producer = this.#client.producer({ transactionalId: null, transactionTimeoutMs: 60_000 });
    await producer.init();
    const writer = new RequestWriter(producer, partitionsOf(topicNames.requests));
    const partitions = partitionsOf(topicNames.confirmations);
    const monitor = new ConfirmationMonitor({ broker: this.#system.broker, clock: systemClock, tracker, partitions });
    monitor.start();
    const progress = this.#reportProgress();
    const driver = this.#driver(writer);
    const { rate, seed, minutes } = this.#options;
    // A little more than there is time for: the load does not end before the last kill.
    const payments = Math.ceil(rate * minutes * 60 * 1.5);
    const load = generateLoad({
      seed,
      payments,
      accounts: Math.max(accountsMin, Math.floor(payments / paymentsPerAccount)),
      startAt: systemClock.now(),
      ratePerSecond: rate,
      badRecordsEvery: Math.floor(payments / badRecordsTimes),
    });
    const sending = driver.run(presentLoad(load, systemClock));
    await Promise.all([this.#disturber.run(), pause(systemClock, minutes * 60_000)]);
    driver.stop();
    await sending;
    await writer.flush();
    this.#tell('the load has stopped; what is open has to end');
    const isSettled = await untilQuiet(this.#client.admin, {
      quietMs,
      patienceMs: settleMaxMs,
      condition: () => tracker.state.open === 0,
    });
    progress.stop();
    await monitor.stop();
    await producer.close();
    return { isSettled, writer };
  }

  #driver(writer: RequestWriter): LoadDriver {
    const registry = schemaRegistry({ url: this.#system.registry.url });
    return new LoadDriver({
      write: (records) => writer.write(records),
      serdes: paymentsSerdes(avroSerdes({ source: registry, clock: systemClock })),
      clock: systemClock,
      tracker: this.#tracker,
      limits: { aheadMaxMs: Number.POSITIVE_INFINITY, inFlightMax: this.#options.rate * openMaxSeconds },
      isPrompt: () => true,
      hasCome: (eventTime) => eventTime <= systemClock.now(),
    });
  }

  #reportProgress(): { readonly stop: () => void } {
    let timer = systemClock.schedule(0, () => undefined);
    const report = (): void => {
      const { sent, confirmed, open } = this.#tracker.state;
      const { kills, brokerRestarts } = this.#disturber;
      const up = this.#system.processes.filter(({ isRunning }) => isRunning).length;
      const payments = `${sent} payments sent, ${confirmed} confirmed, ${open} open`;
      this.#tell(`${payments}; ${kills} kills, ${brokerRestarts} broker restarts; ${up} processes are up`);
      timer = systemClock.schedule(reportEveryMs, report);
    };
    timer = systemClock.schedule(reportEveryMs, report);
    return { stop: () => timer.cancel() };
  }
}

/** Runs payments under load, with kills and restarts as planned, and gives what is to be judged. */
export const killRun = async (options: KillOptions, tell: (line: string) => void): Promise<KillEvidence> => {
  const hmacKey = randomBytes(32);
  tell(`seed ${options.seed}: a Kafka, a schema registry and three payments processes are started`);
  const system = await KillSystem.start(hmacKey.toString('base64'));
  let [logFolder, found]: [string, RunEvidence | null] = ['', null];
  try {
    found = await new KillRun(options, system, tell).run();
  } finally {
    logFolder = await system.close();
    if (found === null) tell(`the logs are in ${logFolder}`);
  }
  return { ...found, options, hmacKey: createSecretKey(hmacKey), logFolder };
};
