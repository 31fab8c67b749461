import type { Operator, OperatorContext, OperatorSupplier, OperatorTime } from '../../processor/operator.ts';
import type { JoinSide, OuterJoinStore, UnmatchedRecord } from '../../state/outer-join-store.ts';
import type { WindowStore } from '../../state/window-store.ts';
import type { JoinWindows } from '../windows/windows.ts';

/** One side of a stream-stream join. Values are unknown here: the two sides share a joiner of their own types. */
export interface StreamStreamJoinOptions {
  readonly side: JoinSide;
  readonly windows: JoinWindows;
  /** Takes left and right value whichever side calls it; null where there was no partner. */
  readonly joiner: (left: unknown, right: unknown, key: unknown) => unknown;
  /** Whether records of this side that meet nobody are emitted too. */
  readonly isOuter: boolean;
  /** The window store of the other side. */
  readonly otherStore: string;
  /** The store of unmatched records, in a join that holds them back. */
  readonly outerStore: string | null;
  /** The name under which both sides share their time. */
  readonly timeName: string;
}

/**
 * What the two sides of a join share in a task: how far time has come, the oldest record that may still be unmatched,
 * and when unmatched records were last emitted.
 */
interface SharedTime {
  readonly stream: OperatorTime;
  oldestUnmatched: number;
  nextEmitMs: number;
}

type Unmatched = OuterJoinStore<unknown, unknown, unknown>;

const none = Number.POSITIVE_INFINITY;

/**
 * Joins the records of one side with those of the other that are kept in its window store. An inner result has the
 * larger of the two timestamps. A left or outer join emits what met nobody once its window is closed for good, with the
 * timestamp of the record, in the order of time.
 *
 * @see KAFKA-10847, `org.apache.kafka.streams.kstream.internals.KStreamKStreamJoin`
 */
export const streamStreamJoin =
  (options: StreamStreamJoinOptions): OperatorSupplier<unknown, unknown, unknown, unknown> =>
  (context) =>
    new StreamStreamJoin(options, context);

// Both sides are operators of the same task and find each other through the object that stands for their shared time.
const sharedTimes = new WeakMap<OperatorTime, SharedTime>();

const sharedTime = (stream: OperatorTime, store: Unmatched | null): SharedTime => {
  let shared = sharedTimes.get(stream);
  if (shared === undefined) {
    shared = { stream, oldestUnmatched: store?.minTimestamp() ?? none, nextEmitMs: 0 };
    sharedTimes.set(stream, shared);
  }
  return shared;
};

class StreamStreamJoin implements Operator<unknown, unknown> {
  readonly #options: StreamStreamJoinOptions;
  readonly #context: OperatorContext<unknown, unknown>;
  readonly #otherWindow: WindowStore<unknown, unknown>;
  readonly #unmatched: Unmatched | null;
  readonly #time: SharedTime;
  /** How far back and ahead this side looks in the other. */
  readonly #beforeMs: number;
  readonly #afterMs: number;

  constructor(options: StreamStreamJoinOptions, context: OperatorContext<unknown, unknown>) {
    const { side, windows, otherStore, outerStore, timeName } = options;
    this.#options = options;
    this.#context = context;
    this.#otherWindow = context.store(otherStore);
    this.#unmatched = outerStore === null ? null : context.store<Unmatched>(outerStore);
    this.#time = sharedTime(context.operatorTime(timeName), this.#unmatched);
    this.#beforeMs = side === 'left' ? windows.beforeMs : windows.afterMs;
    this.#afterMs = side === 'left' ? windows.afterMs : windows.beforeMs;
  }

  process(key: unknown, value: unknown, timestamp: number): void {
    const { isOuter } = this.#options;
    const streamTime = this.#time.stream.advance(timestamp);
    if (key === null || value === null) {
      if (isOuter && value !== null) this.#context.forward(key, this.#joinOwn(value, null, key), timestamp);
      else this.#context.drop(key === null ? 'null_key' : 'null_value');
      return;
    }
    if (timestamp === streamTime) this.#emitUnmatched();
    const timeTo = Math.max(0, timestamp + this.#afterMs);
    const met = this.#joinInWindow(key, value, timestamp);
    if (isOuter && !met) this.#holdBack(key, value, timestamp, timeTo);
  }

  advanceTime(timestamp: number): void {
    this.#time.stream.advance(timestamp);
    this.#emitUnmatched();
  }

  #joinInWindow(key: unknown, value: unknown, timestamp: number): boolean {
    const from = Math.max(0, timestamp - this.#beforeMs);
    const to = Math.max(0, timestamp + this.#afterMs);
    const otherSide = this.#options.side === 'left' ? 'right' : 'left';
    let met = false;
    for (const { start, value: other } of this.#otherWindow.fetch(key, from, to)) {
      met = true;
      this.#unmatched?.removeIfPresent(otherSide, key, start);
      this.#context.forward(key, this.#joinOwn(value, other, key), Math.max(timestamp, start));
    }
    return met;
  }

  #holdBack(key: unknown, value: unknown, timestamp: number, timeTo: number): void {
    const unmatched = this.#unmatched;
    // The window has passed already: nobody can come any more.
    if (unmatched === null || timeTo < this.#time.stream.ms) {
      this.#context.forward(key, this.#joinOwn(value, null, key), timestamp);
      return;
    }
    this.#time.oldestUnmatched = Math.min(this.#time.oldestUnmatched, timestamp);
    const { side } = this.#options;
    const isLeft = side === 'left';
    unmatched.add({ side, key, timestamp, left: isLeft ? value : null, right: isLeft ? null : value });
  }

  /** Emits the waiting records whose windows have closed, oldest first. */
  #emitUnmatched(): void {
    const unmatched = this.#unmatched;
    const time = this.#time;
    const { graceMs } = this.#options.windows;
    if (unmatched === null || time.oldestUnmatched + this.#afterMs + graceMs >= time.stream.ms) return;
    const now = this.#context.systemTimeMs();
    if (now < time.nextEmitMs) return;
    time.nextEmitMs = now + this.#context.emitIntervalMs;
    this.#emitClosed(unmatched);
  }

  #emitClosed(unmatched: Unmatched): void {
    const time = this.#time;
    const open = { left: false, right: false };
    let row: Buffer | null = null;
    time.oldestUnmatched = none;
    for (const record of unmatched.all()) {
      time.oldestUnmatched = record.timestamp;
      if (open.left && open.right) break;
      if (this.#isWindowOpen(record)) {
        open[record.side] = true;
        continue;
      }
      this.#context.forward(record.key, this.#options.joiner(record.left, record.right, record.key), record.timestamp);
      // One row holds all records of a key, side and time: it is deleted when the walk has left it.
      if (row !== null && !row.equals(record.row)) unmatched.removeRow(row);
      row = record.row;
    }
    if (row !== null) unmatched.removeRow(row);
  }

  #isWindowOpen({ side, timestamp }: UnmatchedRecord<unknown, unknown, unknown>): boolean {
    const { windows } = this.#options;
    const waitMs = side === 'left' ? windows.afterMs : windows.beforeMs;
    return timestamp + waitMs + windows.graceMs >= this.#time.stream.ms;
  }

  #joinOwn(own: unknown, other: unknown, key: unknown): unknown {
    const { side, joiner } = this.#options;
    return side === 'left' ? joiner(own, other, key) : joiner(other, own, key);
  }
}
