import type { RecordSlot } from '../common/record-context.ts';
import { emptyRecordContext } from '../common/record-context.ts';
import type { Cancellable } from '../processor/punctuator.ts';
import type { PunctuationRequest } from '../processor/task-context.ts';
import type { DuePunctuation } from './punctuation-queue.ts';
import { PunctuationQueue } from './punctuation-queue.ts';

export interface TaskPunctuationsOptions {
  readonly record: RecordSlot;
  /** Called with what a punctuator threw; throws itself when the record may not be passed over. */
  readonly onError: (error: unknown, node: string) => void;
}

/** The punctuations of a task, by both clocks. */
export class TaskPunctuations {
  readonly #options: TaskPunctuationsOptions;
  readonly #streamTime = new PunctuationQueue();
  readonly #wallClock = new PunctuationQueue();

  constructor(options: TaskPunctuationsOptions) {
    this.#options = options;
  }

  /** @param nowMs the wall clock: its punctuations are due an interval from now, those of stream time with the first record */
  schedule(request: PunctuationRequest, nowMs: number): Cancellable {
    return request.type === 'stream_time'
      ? this.#streamTime.schedule(request, 0)
      : this.#wallClock.schedule(request, nowMs + request.intervalMs);
  }

  /** When the wall clock makes one due; infinity when never. */
  get nextWallClockMs(): number {
    return this.#wallClock.nextMs;
  }

  /** Fires what stream time has made due. Returns whether there was anything. */
  fireStreamTime(streamTimeMs: number): boolean {
    return streamTimeMs >= this.#streamTime.nextMs && this.#fire(this.#streamTime, streamTimeMs);
  }

  /** Fires what the wall clock has made due. Returns whether there was anything. */
  fireWallClock(nowMs: number): boolean {
    return nowMs >= this.#wallClock.nextMs && this.#fire(this.#wallClock, nowMs);
  }

  #fire(queue: PunctuationQueue, now: number): boolean {
    return queue.fire(now, ({ node, punctuator }: DuePunctuation) => {
      this.#options.record.current = emptyRecordContext(now);
      try {
        punctuator(now);
      } catch (error) {
        this.#options.onError(error, node);
      }
    });
  }
}
