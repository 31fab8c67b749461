import { systemClock } from '@millrace/stream-core';
import { pause } from '../../src/payments/demo/demo-clock.ts';
import type { KillPlan, PlannedKill, PlannedRestart } from './kill-plan.ts';
import type { KillSystem } from './kill-system.ts';
import type { PaymentsMember } from './payments-member.ts';

const checkEveryMs = 200;

/** Kills processes and the broker as planned, and starts them again. */
export class Disturber {
  readonly #system: KillSystem;
  readonly #plan: KillPlan;
  readonly #onEvent: (text: string) => void;
  readonly #comingBack: Promise<void>[] = [];
  /** The processes that nobody has killed since they were started last. */
  readonly #expected = new Set<PaymentsMember>();
  readonly #startedMs: number;
  #isDone = false;
  kills = 0;
  brokerKills = 0;
  brokerRestarts = 0;
  /** Names of processes that ended although nobody killed them. */
  readonly unplannedExits: string[] = [];

  constructor(system: KillSystem, plan: KillPlan, onEvent: (text: string) => void) {
    this.#system = system;
    this.#plan = plan;
    this.#onEvent = onEvent;
    this.#startedMs = systemClock.monotonic();
    for (const each of system.processes) this.#expected.add(each);
  }

  /** Does all that is planned, and resolves when everything was started again. */
  async run(): Promise<void> {
    const watching = this.#watch();
    await Promise.all([this.#killProcesses(), this.#restartBroker()]);
    await Promise.all(this.#comingBack);
    this.#isDone = true;
    await watching;
  }

  /** Nobody is killed any more, and nobody who ends is started again. @returns who has ended by themselves since */
  ended(): string[] {
    return [...this.#expected].filter((each) => !each.isRunning).map(({ name }) => name);
  }

  async #killProcesses(): Promise<void> {
    for (const planned of this.#plan.kills) {
      await this.#until(planned.atMs);
      await this.#kill(planned);
    }
  }

  async #kill({ process, downMs }: PlannedKill): Promise<void> {
    const { processes } = this.#system;
    const order = processes.map((_, index) => processes[(process + index) % processes.length]);
    // Who is away cannot be killed: the next one is, or whoever comes back first.
    let victim = order.find((each) => each !== undefined && this.#isUp(each));
    while (victim === undefined) {
      await pause(systemClock, checkEveryMs);
      victim = order.find((each) => each !== undefined && this.#isUp(each));
    }
    this.#expected.delete(victim);
    await victim.kill();
    this.kills++;
    this.#onEvent(`${victim.name} was killed, and comes back after ${downMs} ms`);
    this.#comingBack.push(this.#comeBack(victim, downMs));
  }

  async #comeBack(process: PaymentsMember, downMs: number): Promise<void> {
    await pause(systemClock, downMs);
    await process.start();
    this.#expected.add(process);
  }

  async #restartBroker(): Promise<void> {
    const node = this.#system.kafka.node(1);
    for (const { atMs, isKill, downMs } of this.#plan.restarts satisfies readonly PlannedRestart[]) {
      await this.#until(atMs);
      this.#onEvent(`the broker is ${isKill ? 'killed' : 'stopped'}, and comes back after ${downMs} ms`);
      await (isKill ? node.kill() : node.stop());
      if (isKill) this.brokerKills++;
      await pause(systemClock, downMs);
      await node.start();
      this.brokerRestarts++;
      this.#onEvent('the broker is back');
    }
  }

  /** Starts again whoever ended without being killed, and notes it. */
  async #watch(): Promise<void> {
    while (!this.#isDone) {
      await pause(systemClock, checkEveryMs);
      for (const each of this.#expected) {
        if (each.isRunning) continue;
        this.unplannedExits.push(each.name);
        this.#expected.delete(each);
        this.#onEvent(`${each.name} ended by itself, see ${each.logFile}`);
        this.#comingBack.push(this.#comeBack(each, checkEveryMs));
      }
    }
  }

  #isUp(process: PaymentsMember): boolean {
    return this.#expected.has(process) && process.isRunning;
  }

  async #until(atMs: number): Promise<void> {
    await pause(systemClock, Math.max(0, this.#startedMs + atMs - systemClock.monotonic()));
  }
}
