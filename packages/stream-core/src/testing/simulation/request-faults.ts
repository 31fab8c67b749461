import type { Faults, RequestKind } from '../../adapters/memory/faults.ts';
import type { Chance } from '../../common/chance.ts';
import type { Clock } from '../../common/clock.ts';
import { sleep } from '../../common/clock.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { SimulatedInstance } from './simulated-instance.ts';
import type { SimulationTrace } from './simulation-trace.ts';

/** How likely it is that something happens to a request, and the same again to its answer. */
export interface RequestFaultRates {
  /** It takes up to 60 ms. */
  readonly slow: number;
  /** It takes up to 2 s. */
  readonly late: number;
  readonly lost: number;
}

export interface RequestFaultsOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly trace: SimulationTrace;
  readonly rates: RequestFaultRates;
  /** Null for a client that nothing happens to. */
  readonly instanceOf: (clientId: string) => SimulatedInstance | null;
  /** A client that waits so long for an answer sends its request again, while the first one is still on its way. */
  readonly requestTimeoutMs: number;
  /** Called before records are deleted. */
  readonly onDelete: () => void;
}

type Moment = 'before' | 'after';

/** What happens between the instances and the brokers. */
export class RequestFaults implements Faults {
  /** Nothing goes wrong any more. */
  isCalm = false;
  /** No request reaches any broker. */
  areBrokersAway = false;
  readonly #options: RequestFaultsOptions;

  constructor(options: RequestFaultsOptions) {
    this.#options = options;
  }

  async beforeRequest(kind: RequestKind, clientId: string): Promise<void> {
    const instance = this.#options.instanceOf(clientId);
    if (instance === null) return;
    await this.#arrive(instance, 'before', kind);
    // On its way it no longer depends on who sent it: it may arrive after its sender has died.
    await this.#travel('before', kind, clientId);
    if (kind === 'deleteRecords') this.#options.onDelete();
  }

  async afterRequest(kind: RequestKind, clientId: string): Promise<void> {
    const instance = this.#options.instanceOf(clientId);
    if (instance === null) return;
    await this.#travel('after', kind, clientId);
    await this.#arrive(instance, 'after', kind);
  }

  markerDelayMs(): number {
    return this.isCalm ? 0 : Math.floor(this.#options.chance() * 40);
  }

  async #arrive(instance: SimulatedInstance, moment: Moment, kind: RequestKind): Promise<void> {
    const { trace } = this.#options;
    trace.add(instance.clientId, `${moment} ${kind}`);
    trace.count(`await ${moment} ${kind}`);
    instance.meet(`${moment} ${kind}`);
    if (instance.isHanging) await instance.gate();
  }

  async #travel(moment: Moment, kind: RequestKind, clientId: string): Promise<void> {
    if (this.isCalm) return;
    const { clock, chance, trace, rates } = this.#options;
    const thing = moment === 'before' ? 'request' : 'answer';
    const meet = (what: string): void => {
      trace.add(clientId, `${thing} of ${kind} ${what}`);
      trace.count(`fault ${thing} ${what}`);
    };
    const dice = chance();
    if (dice < rates.late) {
      meet('late');
      const delayMs = 100 + chance() * 1_900;
      await sleep(clock, delayMs);
      if (moment === 'before' && delayMs > this.#options.requestTimeoutMs) trace.count('seen request after its retry');
    } else if (dice < rates.late + rates.slow) {
      trace.count(`fault ${thing} slow`);
      await sleep(clock, chance() * 60);
    }
    const isLost = chance() < rates.lost;
    if (!(isLost || this.areBrokersAway)) return;
    meet(isLost ? 'lost' : 'lost, no broker is there');
    throw new StreamsError('BROKER_UNAVAILABLE', `The ${thing} of ${kind} got lost`);
  }
}
