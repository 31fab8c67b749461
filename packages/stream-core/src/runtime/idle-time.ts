import type { OperatorTime } from '../processor/operator.ts';
import type { SubtopologyPlan } from '../topology/plan.ts';
import type { OperatorTimes } from './operator-times.ts';

const timeName = 'idle';
/** Every step is committed: they are as far apart as commits are by default. */
const stepMs = 100;

/**
 * Moves the stream time of a task by the wall clock while no record comes: from the last record on, stream time grows
 * as fast as the clock, in steps of 100 ms, once the idle timeout of the sources is over. How far it came is committed
 * as the time of an operator, so that a restart does not take it back.
 */
export class IdleTime {
  readonly #timeoutMs: number;
  readonly #time: OperatorTime;
  #sinceMs: number | null = null;
  #nextMs = Number.POSITIVE_INFINITY;
  #startedAtStreamTime = -1;

  private constructor(timeoutMs: number, time: OperatorTime) {
    this.#timeoutMs = timeoutMs;
    this.#time = time;
  }

  /** Null for a sub-topology none of whose sources has an idle timeout; with several the longest counts. */
  static of(plan: SubtopologyPlan, times: OperatorTimes): IdleTime | null {
    const timeouts = plan.nodes.flatMap((node) =>
      node.kind === 'source' && node.idleTimeoutMs !== null ? [node.idleTimeoutMs] : [],
    );
    return timeouts.length === 0 ? null : new IdleTime(Math.max(...timeouts), times.of(timeName));
  }

  /** How far the wall clock has moved stream time; -1 if never. */
  get ms(): number {
    return this.#time.ms;
  }

  /** When stream time moves next, in wall-clock ms. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** A record came: idling begins anew. */
  recordSeen(now: number): void {
    this.#beginAt(now);
    this.#startedAtStreamTime = -1;
  }

  /** Where stream time has come to by now; null while it stays. */
  streamTimeAt(now: number, streamTime: number): number | null {
    if (streamTime < 0) return null;
    const sinceMs = this.#sinceMs ?? this.#beginAt(now);
    if (this.#startedAtStreamTime < 0) this.#startedAtStreamTime = streamTime;
    if (now < this.#nextMs) return null;
    this.#nextMs = now + stepMs;
    const moved = this.#startedAtStreamTime + now - sinceMs;
    if (moved <= streamTime) return null;
    this.#time.advance(moved);
    return moved;
  }

  #beginAt(now: number): number {
    this.#sinceMs = now;
    this.#nextMs = now + this.#timeoutMs;
    return now;
  }
}
