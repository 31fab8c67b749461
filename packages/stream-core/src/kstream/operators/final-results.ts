import type { OperatorContext, OperatorTime } from '../../processor/operator.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';

/** What an operator over windows has to know besides its store and what it does. */
export interface WindowedOptions<W> {
  readonly windows: W;
  readonly emit: EmitStrategy;
  /** The name of the operator's own time. @default that of the store */
  readonly timeName?: string;
}

/** Times of windows, both ends included. */
export interface EmitRange {
  readonly from: number;
  readonly to: number;
}

/** How the windows of a table are emitted on their close. */
export interface FinalResultsOptions {
  /** The name of the table's store. */
  readonly store: string;
  /**
   * The windows that have closed since the last emission.
   *
   * @param last the close time of that emission; -1 when there was none
   * @returns null when there is no such window
   */
  readonly closedWindows: (last: number, closeTime: number) => EmitRange | null;
  /** Forwards the results of those windows. */
  readonly emit: (range: EmitRange) => void;
}

/**
 * Says when the windows of a table that are emitted on their close are due. What was emitted is remembered with the
 * offsets, so that nothing comes twice or is left out when the task moves.
 *
 * @see KIP-825, `org.apache.kafka.streams.kstream.internals.AbstractKStreamTimeWindowAggregateProcessor`
 */
export class FinalResults {
  readonly #context: OperatorContext<never, never>;
  readonly #options: FinalResultsOptions;
  readonly #emitted: OperatorTime;
  #nextEmitMs = 0;

  constructor(context: OperatorContext<never, never>, options: FinalResultsOptions) {
    this.#context = context;
    this.#options = options;
    this.#emitted = context.emitTime(options.store);
  }

  /** Windows that ended before `closeTime` take no records any more: emits them, unless that was done just now. */
  emitClosed(closeTime: number): void {
    const now = this.#context.systemTimeMs();
    if (now < this.#nextEmitMs) return;
    this.#nextEmitMs = now + this.#context.emitIntervalMs;
    const last = this.#emitted.ms;
    if (last >= closeTime) return;
    const range = this.#options.closedWindows(last, closeTime);
    if (range === null) return;
    this.#options.emit(range);
    this.#emitted.advance(closeTime);
  }
}

/** The final results of a table, or null where every update is emitted. */
export const finalResults = (
  context: OperatorContext<never, never>,
  strategy: EmitStrategy,
  options: FinalResultsOptions,
): FinalResults | null => (strategy === 'onWindowClose' ? new FinalResults(context, options) : null);
