import type { Clock } from '@millrace/stream-core';
import type { FetchedPartition, OffsetCommit } from '@millrace/stream-core/broker';

/** Says when what was handed out last is committed. */
export class Pace {
  readonly #clock: Clock;
  /** A record that is skipped is never committed by itself. */
  readonly #patienceMs: number;
  #deadlineMs = Number.NEGATIVE_INFINITY;
  #waitsFor: { readonly topic: string; readonly partition: number; readonly offset: number } | null = null;
  #isCovered = false;

  constructor(clock: Clock, patienceMs: number) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** How many records were fetched and not handed out. */
  held = 0;

  /** Whether the next record may go. */
  get isFree(): boolean {
    return this.#waitsFor === null || this.#clock.monotonic() >= this.#deadlineMs;
  }

  handedOut({ topicPartition, nextPosition }: FetchedPartition): void {
    this.#waitsFor = { ...topicPartition, offset: nextPosition };
    this.#isCovered = false;
    this.#deadlineMs = this.#clock.monotonic() + this.#patienceMs;
  }

  offsetsSent(offsets: readonly OffsetCommit[]): void {
    const awaited = this.#waitsFor;
    if (awaited === null) return;
    this.#isCovered ||= offsets.some(
      ({ topicPartition: { topic, partition }, offset }) =>
        topic === awaited.topic && partition === awaited.partition && offset >= awaited.offset,
    );
  }

  committed(): void {
    if (this.#isCovered) this.#waitsFor = null;
  }

  /** Resolves a little later. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.schedule(1, resolve);
    });
  }
}
