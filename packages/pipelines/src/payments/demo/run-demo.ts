import type { Books } from '../books/check-books.ts';
import { isPrompt, planFaults } from '../simulator/fault-plan.ts';
import { generateLoad } from '../simulator/load.ts';
import { topicNames } from '../topics.ts';
import { ConfirmationMonitor } from './confirmation-monitor.ts';
import { pause } from './demo-clock.ts';
import type { DemoOptions } from './demo-options.ts';
import { DemoSystem } from './demo-system.ts';
import type { Percentiles } from './latencies.ts';
import { percentiles } from './latencies.ts';
import { LoadDriver } from './load-driver.ts';
import type { MemoryUse } from './memory-use.ts';
import type { TrackerState } from './payment-tracker.ts';
import { PaymentTracker } from './payment-tracker.ts';

// Well below the 5 s of the pipeline: a slow machine slows the load down and never makes a payment time out.
const aheadMaxMs = 3_000;

// So that the external fraud system can be silent for 2 s of event time and the conservative rules still get their turn.
const inFlightMaxMs = 4_000;

// The share of the payments after which an instance is stopped.
const stopAfter = 0.4;

const reportEveryMs = 1_000;
const checkEveryMs = 50;

// Nothing is held back for longer than three timeouts of 5 s and the idle timeouts between them.
const standstillMaxMs = 60_000;

/** Where a run stands. */
export interface DemoProgress extends TrackerState {
  readonly payments: number;
  readonly elapsedMs: number;
}

/** Where a run tells what happens. */
export interface DemoListener {
  readonly onProgress: (progress: DemoProgress) => void;
  /** Something that a reader has to know, in a sentence. */
  readonly onEvent: (text: string) => void;
  /** A line of the applications' logs, errors only. */
  readonly onLog: (line: string) => void;
}

/** What came of a run. */
export interface DemoResult {
  readonly options: DemoOptions;
  /** From the first request to the last confirmation that no planned fault held up. */
  readonly busyMs: number;
  /** From the first request to the end of the last payment. */
  readonly elapsedMs: number;
  readonly sent: number;
  readonly confirmed: number;
  /** Of payments that went undisturbed, and of those that a planned fault held up. Wall-clock ms. */
  readonly promptLatency: Percentiles;
  readonly disturbedLatency: Percentiles;
  readonly books: Books;
  /** When half of the payments were sent, and when the last one had ended. */
  readonly memory: { readonly half: MemoryUse; readonly end: MemoryUse };
  /** The instance that was stopped without warning, if any. */
  readonly stopped: string | null;
  /** Why the run ended before its payments did; null when it did not. */
  readonly aborted: string | null;
}

/** Sends the load, stops an instance on the way where that is asked for, and waits until every payment has ended. */
class DemoRun {
  readonly #options: DemoOptions;
  readonly #listener: DemoListener;
  readonly #system: DemoSystem;
  readonly #tracker = new PaymentTracker();
  #isSent = false;
  #busyMs = 0;
  #confirmed = 0;
  #confirmedAtMs = 0;
  #reportedAtMs = 0;
  #stopped: string | null = null;
  #halfMemory: MemoryUse | null = null;

  constructor(options: DemoOptions, listener: DemoListener) {
    this.#options = options;
    this.#listener = listener;
    this.#system = new DemoSystem(options);
  }

  async run(): Promise<DemoResult> {
    const { onEvent, onLog } = this.#listener;
    const { broker, clock } = this.#system;
    const tracker = this.#tracker;
    await this.#system.start(onLog);
    onEvent(`${this.#system.names.join(', ')} are running`);
    const partitions = broker.endOffsets(topicNames.confirmations).length;
    const monitor = new ConfirmationMonitor({ broker, clock, tracker, partitions });
    monitor.start();
    const startedMs = clock.monotonic();
    const aborted = await this.#load(startedMs);
    const elapsedMs = clock.monotonic() - startedMs;
    const end = this.#system.memory();
    await monitor.stop();
    await this.#system.close();
    onEvent(aborted ?? 'every payment has ended; the books are made up from the topics');
    return {
      options: this.#options,
      busyMs: this.#busyMs,
      elapsedMs,
      sent: tracker.state.sent,
      confirmed: tracker.state.confirmed,
      promptLatency: percentiles(tracker.promptLatencies),
      disturbedLatency: percentiles(tracker.otherLatencies),
      books: this.#system.books(),
      memory: { half: this.#halfMemory ?? end, end },
      stopped: this.#stopped,
      aborted,
    };
  }

  async #load(startedMs: number): Promise<string | null> {
    const { clock } = this.#system;
    const driver = this.#driver();
    const sending = driver.run(generateLoad(this.#options)).then(() => {
      this.#isSent = true;
    });
    let aborted: string | null = null;
    while (aborted === null && !(await this.#hasEnded())) {
      await pause(clock, checkEveryMs);
      this.#watch(clock.monotonic() - startedMs);
      this.#cutOff();
      aborted = this.#reasonToAbort(clock.monotonic() - startedMs);
    }
    driver.stop();
    await sending;
    return aborted;
  }

  async #hasEnded(): Promise<boolean> {
    if (!this.#isSent || this.#tracker.state.open > 0 || (await this.#system.hasOpenPayments())) return false;
    // What core answers too late can open a payment again: it is looked at last, and then the payments once more.
    return !(await this.#system.hasLateAnswers()) && !(await this.#system.hasOpenPayments());
  }

  #driver(): LoadDriver {
    const { seed, faults, ratePerSecond } = this.#options;
    const { broker, serdes, clock } = this.#system;
    const limits = { aheadMaxMs, inFlightMax: Math.ceil((ratePerSecond * inFlightMaxMs) / 1_000) };
    return new LoadDriver({
      write: (records) => broker.produce(topicNames.requests, records),
      hasCome: () => true,
      serdes,
      clock,
      tracker: this.#tracker,
      limits,
      isPrompt: (transactionId) => isPrompt(planFaults(transactionId, seed, faults)),
    });
  }

  #watch(nowMs: number): void {
    const { state, inFlight } = this.#tracker;
    if (!this.#isSent || inFlight > 0) this.#busyMs = nowMs;
    if (state.sent * 2 >= this.#options.payments) this.#halfMemory ??= this.#system.memory();
    if (state.confirmed > this.#confirmed) {
      this.#confirmed = state.confirmed;
      this.#confirmedAtMs = nowMs;
    }
    if (nowMs - this.#reportedAtMs < reportEveryMs) return;
    this.#reportedAtMs = nowMs;
    this.#listener.onProgress({ ...state, payments: this.#options.payments, elapsedMs: nowMs });
  }

  #cutOff(): void {
    const { instances, payments } = this.#options;
    if (instances < 2 || this.#stopped !== null || this.#tracker.state.sent < payments * stopAfter) return;
    this.#stopped = this.#system.cutOff();
    this.#listener.onEvent(`${this.#stopped} was stopped without warning`);
  }

  #reasonToAbort(nowMs: number): string | null {
    const { failed } = this.#system;
    if (failed.length > 0) return `given up, because ${failed.join(', ')} failed; the log says why`;
    if (nowMs - this.#confirmedAtMs <= standstillMaxMs) return null;
    return `given up, because nothing was confirmed for ${standstillMaxMs / 1_000} s`;
  }
}

/** Runs the whole pipeline on an embedded broker, with everything around it simulated, and makes up its books. */
export const runDemo = (options: DemoOptions, listener: DemoListener): Promise<DemoResult> =>
  new DemoRun(options, listener).run();
