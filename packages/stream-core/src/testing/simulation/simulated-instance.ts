import type { KafkaStreamsOptions } from '../../kafka-streams.ts';
import { KafkaStreams } from '../../kafka-streams.ts';
import type { AwaitPlace } from './await-places.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { ProcessClock } from './process-clock.ts';

/** What shall happen to an instance, and where. */
export interface Ambush {
  /** Null for wherever it is when its patience has ended. */
  readonly place: AwaitPlace | null;
  /** At so many places it may pass at most. */
  patience: number;
  readonly spring: (at: AwaitPlace) => void;
}

/** What an instance is made of. */
export interface SimulatedInstanceOptions extends KafkaStreamsOptions {
  readonly clientId: string;
  readonly onTimer: () => void;
}

/** One process of the application: it runs, hangs, or is dead. */
export class SimulatedInstance {
  readonly clientId: string;
  readonly disk: MemoryDisk;
  readonly clock: ProcessClock;
  readonly streams: KafkaStreams;
  /** What was said to happen to it soon; null for nothing. */
  ambush: Ambush | null = null;
  #isDead = false;
  #isLeaving = false;
  #hanging: PromiseWithResolvers<void> | null = null;

  constructor(options: SimulatedInstanceOptions, disk: MemoryDisk, clock: ProcessClock) {
    this.clientId = options.clientId;
    this.disk = disk;
    this.clock = clock;
    clock.onTimer = () => {
      options.onTimer();
      this.meet('timer');
    };
    this.streams = new KafkaStreams({ ...options, state: disk, clock });
    // How it ended is asked of its state.
    this.streams.start().catch(() => undefined);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Whether it was asked to close. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get isHanging(): boolean {
    return this.#hanging !== null;
  }

  /** Whether it does its work, for all that one can see. */
  get isUp(): boolean {
    return !(this.#isDead || this.#isLeaving || this.isHanging || this.hasEnded);
  }

  get hasEnded(): boolean {
    return this.streams.state === 'ERROR' || this.streams.state === 'NOT_RUNNING';
  }

  /** Springs the ambush if this is the place that it waits at. */
  meet(place: AwaitPlace): void {
    const { ambush } = this;
    if (ambush === null || this.#isDead || this.isHanging || this.hasEnded) return;
    ambush.patience--;
    const isHere = ambush.place === place;
    if (ambush.patience > 0 && !isHere) return;
    this.ambush = null;
    ambush.spring(place);
  }

  /** Nothing of it moves any more until it goes on, if ever: the others take it for dead, and it does not know. */
  hang(): void {
    this.#hanging ??= Promise.withResolvers<void>();
    this.clock.hang();
  }

  goOn(): void {
    if (this.#isDead) return;
    const hanging = this.#hanging;
    this.#hanging = null;
    hanging?.resolve();
    this.clock.goOn();
  }

  /** It is gone without a word. What it sent is on its way still. */
  crash(): void {
    this.hang();
    this.#isDead = true;
    this.clock.kill();
  }

  /** It closes as it should. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.streams.close();
  }

  /** Waits while it hangs. */
  async gate(): Promise<void> {
    while (this.#hanging !== null) await this.#hanging.promise;
  }
}
