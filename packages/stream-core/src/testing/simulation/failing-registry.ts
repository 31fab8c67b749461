import type { Chance } from '../../common/chance.ts';
import type { Clock } from '../../common/clock.ts';
import { sleep } from '../../common/clock.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { Serde } from '../../serdes/serde.ts';
import type { SimulatedInstance } from './simulated-instance.ts';
import type { SimulatedRegistry } from './simulated-registry.ts';
import type { SimulationTrace } from './simulation-trace.ts';

export interface FailingRegistryOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly trace: SimulationTrace;
  /** Who asks; null before the instance is made. */
  readonly instance: () => SimulatedInstance | null;
  /** Whether everything goes well. */
  readonly isCalm: () => boolean;
}

// Of what is fetched, and of what is asked.
const askedShare = 0.15;
const failedShare = 0.1;

/** The registry as an instance knows it: it takes its time, and sometimes does not answer. */
export class FailingRegistry implements SimulatedRegistry {
  readonly #options: FailingRegistryOptions;

  constructor(options: FailingRegistryOptions) {
    this.#options = options;
  }

  serde<T>(serde: Serde<T>): Serde<T> {
    return {
      ...serde,
      serialize: (value, topic, headers) => serde.serialize(value, topic, headers),
      deserialize: (bytes, topic, headers) => serde.deserialize(bytes, topic, headers),
      prepare: () => (this.#options.chance() < askedShare ? this.#ask() : undefined),
    };
  }

  async #ask(): Promise<void> {
    const { clock, chance, trace, isCalm } = this.#options;
    await this.#arrive('before registry');
    await sleep(clock, chance() * 40);
    const isLost = chance() < failedShare && !isCalm();
    await this.#arrive('after registry');
    if (!isLost) return;
    trace.count('fault registry fails');
    throw new StreamsError('SCHEMA_REGISTRY_UNAVAILABLE', 'The simulated registry does not answer; it may later');
  }

  async #arrive(place: 'before registry' | 'after registry'): Promise<void> {
    const { trace } = this.#options;
    const instance = this.#options.instance();
    trace.count(`await ${place}`);
    instance?.meet(place);
    if (instance?.isHanging === true) await instance.gate();
  }
}
