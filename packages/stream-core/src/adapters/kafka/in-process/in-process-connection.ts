import type { Clock } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';

interface Waiting {
  readonly name: string;
  readonly timeoutMs: number;
}

/**
 * One connection to a node: requests are answered one after the other, in the order of the calls. When it breaks, who
 * waits is told so; what had reached the node goes on there, what stood behind it never gets there.
 */
export class InProcessConnection {
  readonly #clock: Clock;
  readonly #onBroken: () => void;
  readonly #waiting = new Set<(error: unknown) => void>();
  readonly #abandoned = new AbortController();
  #tail: Promise<void> = Promise.resolve();
  #isBroken = false;

  constructor(clock: Clock, onBroken: () => void) {
    this.#clock = clock;
    this.#onBroken = onBroken;
  }

  /** Sends a request: `serve` is what the node does with it. */
  send<T>(serve: (abandoned: AbortSignal) => Promise<T>, { name, timeoutMs }: Waiting): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { signal } = this.#abandoned;
    const timer = this.#clock.schedule(timeoutMs, () => {
      this.break(unavailable(`there was no answer to ${name} within ${timeoutMs} ms`));
    });
    const settled = (): void => {
      timer.cancel();
      this.#waiting.delete(fail);
    };
    const fail = (error: unknown): void => {
      settled();
      reject(error);
    };
    this.#waiting.add(fail);
    this.#tail = this.#tail.then(async () => {
      if (this.#isBroken) return;
      try {
        const answer = await serve(signal);
        if (this.#isBroken) return;
        settled();
        resolve(answer);
      } catch (error) {
        if (isLost(error)) this.break(error);
        else fail(error);
      }
    });
    return promise;
  }

  /** Breaks the connection: nobody gets an answer any more. */
  break(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#onBroken();
    this.#abandoned.abort();
    for (const fail of [...this.#waiting]) fail(error);
  }
}

export const unavailable = (problem: string): StreamsError =>
  new StreamsError('BROKER_UNAVAILABLE', `The in-process broker: ${problem}. The request may succeed later.`);

const isLost = (error: unknown): boolean => error instanceof StreamsError && error.code === 'BROKER_UNAVAILABLE';
