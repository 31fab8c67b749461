import type { RequestKind } from '../../adapters/memory/faults.ts';
import type { KafkaStreamsOptions } from '../../kafka-streams.ts';
import { KafkaStreams } from '../../kafka-streams.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { ProcessClock } from './process-clock.ts';

/** Before the broker sees a request, or before the instance sees the answer. */
export type AwaitMoment = 'before' | 'after';

/** What shall happen to an instance, and at which of its requests. */
export interface Ambush {
  /** Null for any kind. */
  readonly kind: RequestKind | null;
  readonly moment: AwaitMoment;
  /** So many requests, of any kind, are waited for at most. */
  patience: number;
  readonly spring: (at: string) => void;
}

/** One process of the application: it runs, hangs, or is dead. */
export class SimulatedInstance {
  readonly clientId: string;
  readonly disk: MemoryDisk;
  readonly clock: ProcessClock;
  readonly streams: KafkaStreams;
  /** What was said to happen at one of its next requests; null for nothing. */
  ambush: Ambush | null = null;
  #isDead = false;
  #isLeaving = false;
  #hanging: PromiseWithResolvers<void> | null = null;

  constructor(options: KafkaStreamsOptions & { readonly clientId: string }, disk: MemoryDisk, clock: ProcessClock) {
    this.clientId = options.clientId;
    this.disk = disk;
    this.clock = clock;
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

  /** Springs the ambush if this is the request that it waits for. */
  meet(moment: AwaitMoment, kind: RequestKind): void {
    const { ambush } = this;
    if (ambush === null || !this.isUp) return;
    ambush.patience--;
    const isHere = ambush.moment === moment && (ambush.kind === null || ambush.kind === kind);
    if (ambush.patience > 0 && !isHere) return;
    this.ambush = null;
    ambush.spring(`${moment} ${kind}`);
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
