import type { Cancellable, Punctuator } from '../processor/punctuator.ts';

/** A punctuation that is due. */
export interface DuePunctuation {
  readonly node: string;
  readonly punctuator: Punctuator;
}

interface Schedule extends DuePunctuation {
  readonly intervalMs: number;
  nextMs: number;
  isCancelled: boolean;
}

/**
 * The punctuations of a task that follow one clock. After a jump of time each fires once, and then goes on in the grid
 * of its interval.
 *
 * @see `org.apache.kafka.streams.processor.internals.PunctuationQueue`, `PunctuationSchedule`
 */
export class PunctuationQueue {
  #schedules: Schedule[] = [];
  /** The earliest time at which something is due. */
  nextMs: number = Number.POSITIVE_INFINITY;

  schedule(punctuation: DuePunctuation & { readonly intervalMs: number }, firstMs: number): Cancellable {
    const schedule: Schedule = { ...punctuation, nextMs: firstMs, isCancelled: false };
    this.#schedules.push(schedule);
    this.#settle();
    return {
      cancel: () => {
        schedule.isCancelled = true;
      },
    };
  }

  /** Calls `punctuate` for everything that is due at `now`, the longest due first. Returns whether anything was. */
  fire(now: number, punctuate: (punctuation: DuePunctuation) => void): boolean {
    if (now < this.nextMs) return false;
    let hasFired = false;
    for (let due = this.#takeDue(now); due !== null; due = this.#takeDue(now)) {
      if (due.isCancelled) continue;
      hasFired = true;
      punctuate(due);
      if (due.isCancelled) continue;
      due.nextMs = following(due, now);
      this.#schedules.push(due);
    }
    this.#settle();
    return hasFired;
  }

  #takeDue(now: number): Schedule | null {
    let first: Schedule | null = null;
    for (const schedule of this.#schedules) {
      if (schedule.nextMs <= now && (first === null || schedule.nextMs < first.nextMs)) first = schedule;
    }
    if (first !== null) this.#schedules.splice(this.#schedules.indexOf(first), 1);
    return first;
  }

  #settle(): void {
    this.#schedules = this.#schedules.filter(({ isCancelled }) => !isCancelled);
    this.nextMs = Math.min(Number.POSITIVE_INFINITY, ...this.#schedules.map(({ nextMs }) => nextMs));
  }
}

const following = ({ nextMs, intervalMs }: Schedule, now: number): number => {
  const next = nextMs + intervalMs;
  return now < next ? next : nextMs + (Math.floor((now - nextMs) / intervalMs) + 1) * intervalMs;
};
