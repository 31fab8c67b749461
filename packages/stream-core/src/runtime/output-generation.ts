import type { Producer } from '../broker/producer.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import type { ReadyBatch } from './record-accumulator.ts';

/** Whether the application goes on without a batch that the broker refused. @throws what ends it instead */
export type MayDrop = (refused: ReadyBatch, error: unknown) => boolean;

export interface OutputGenerationOptions {
  readonly producer: Producer;
  /** Whether nothing is sent before `release`. */
  readonly isHeld: boolean;
  /** What is sent only by `finish`, when all else is acknowledged. */
  readonly goesLast: (ready: ReadyBatch) => boolean;
  readonly mayDrop: MayDrop;
}

/**
 * The output between two commits. What is added while it is held waits; what was sent is counted until every batch is
 * acknowledged.
 */
export class OutputGeneration {
  readonly #producer: Producer;
  readonly #goesLast: (ready: ReadyBatch) => boolean;
  readonly #held: ReadyBatch[] = [];
  readonly #last: ReadyBatch[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  readonly #offsets = new Map<string, number>();
  readonly #mayDrop: MayDrop;
  #isHeld: boolean;
  #failure: { readonly error: unknown } | null = null;
  /** Bytes in all, and those of them that the broker has not acknowledged. */
  sizeInBytes = 0;
  unacknowledgedBytes = 0;

  constructor({ producer, isHeld, goesLast, mayDrop }: OutputGenerationOptions) {
    this.#producer = producer;
    this.#isHeld = isHeld;
    this.#goesLast = goesLast;
    this.#mayDrop = mayDrop;
  }

  /** Whether anything was added at all. */
  get isEmpty(): boolean {
    return this.sizeInBytes === 0;
  }

  add(ready: ReadyBatch): void {
    this.sizeInBytes += ready.batch.sizeInBytes;
    this.unacknowledgedBytes += ready.batch.sizeInBytes;
    if (this.#goesLast(ready)) this.#last.push(ready);
    else if (this.#isHeld) this.#held.push(ready);
    else this.#send(ready);
  }

  /** Sends what was held, and from now on at once. */
  release(): void {
    this.#isHeld = false;
    for (const ready of this.#held.splice(0)) this.#send(ready);
  }

  /** Sends what goes last, and resolves when that is acknowledged too. @throws what the broker said */
  async finish(): Promise<void> {
    await this.acknowledged();
    for (const ready of this.#last.splice(0)) this.#send(ready);
    await this.acknowledged();
  }

  /** Resolves when everything that was sent is acknowledged. @throws what the broker said */
  async acknowledged(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
    this.throwIfFailed();
  }

  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** By `topic-partition`, the offset behind the last record that was acknowledged with an offset. */
  get offsets(): ReadonlyMap<string, number> {
    return this.#offsets;
  }

  #send(ready: ReadyBatch): void {
    const sent = this.#sendOnce(ready).catch((error: unknown) => this.#refused(ready, error));
    const settled = sent.then(() => {
      this.unacknowledgedBytes -= ready.batch.sizeInBytes;
      this.#inFlight.delete(settled);
    });
    this.#inFlight.add(settled);
  }

  #refused(ready: ReadyBatch, refusal: unknown): void {
    // Whoever has decided to end asks nobody any more.
    if (this.#failure !== null) return;
    try {
      if (!this.#mayDrop(ready, refusal)) this.#failure = { error: refusal };
    } catch (error) {
      this.#failure = { error };
    }
  }

  async #sendOnce({ partition, batch }: ReadyBatch): Promise<void> {
    const { baseOffset } = await this.#producer.send(partition, batch);
    if (baseOffset !== null) this.#offsets.set(topicPartitionKey(partition), baseOffset + batch.recordCount);
  }
}
