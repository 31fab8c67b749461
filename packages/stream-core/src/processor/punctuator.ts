/**
 * What moves the time of a punctuation. `stream_time`: the timestamps of records, aligned to multiples of the interval;
 * `wall_clock_time`: the clock of the machine, beginning with the interval after the call.
 */
export type PunctuationType = 'stream_time' | 'wall_clock_time';

/**
 * Called when a punctuation is due, with the time that made it due in epoch ms. It must be done when it returns: a
 * promise is refused with PROCESSING_FAILED.
 */
export type Punctuator = (timestamp: number) => void;

/** A scheduled punctuation. */
export interface Cancellable {
  cancel(): void;
}
