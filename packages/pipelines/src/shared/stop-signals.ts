/** The signals that end a program in an orderly way. */
export type StopSignal = 'SIGTERM' | 'SIGINT';

/** Where signals come from: the process, or a test. */
export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

// As shells tell that a program was ended by a signal: 128 and its number.
const exitCodes: Readonly<Record<StopSignal, number>> = { SIGTERM: 143, SIGINT: 130 };

/** Turns the first signal into a promise, and the second into an end at once. */
export class StopSignals {
  readonly first: Promise<StopSignal>;
  readonly #source: SignalSource;
  readonly #listener: (signal: StopSignal) => void;

  constructor(source: SignalSource, exit: (code: number) => void) {
    const { promise, resolve } = Promise.withResolvers<StopSignal>();
    let count = 0;
    this.first = promise;
    this.#source = source;
    this.#listener = (signal) => {
      count++;
      if (count === 1) resolve(signal);
      else exit(exitCodes[signal]);
    };
    source.on('SIGTERM', this.#listener);
    source.on('SIGINT', this.#listener);
  }

  /** Leaves signals to whoever else wants them. */
  close(): void {
    this.#source.off('SIGTERM', this.#listener);
    this.#source.off('SIGINT', this.#listener);
  }
}
