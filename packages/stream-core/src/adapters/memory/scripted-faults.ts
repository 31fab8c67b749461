import type { ErrorCode } from '../../errors/codes.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { Faults, RequestKind } from './faults.ts';

/** `before`: nothing happens at the broker. `after`: it does what was asked, and the answer suffers. */
export type FaultMoment = 'before' | 'after';

/** Faults that a test hands out one by one. Requests that nothing was said about go through. */
export class ScriptedFaults implements Faults {
  readonly #failures = new Map<string, ErrorCode[]>();
  readonly #holds = new Map<string, Promise<void>>();
  readonly #counts = new Map<RequestKind, number>();

  /** Makes the next requests of a kind fail, each with the next of these codes. Replaces what was said before. */
  fail(moment: FaultMoment, kind: RequestKind, ...codes: readonly ErrorCode[]): void {
    this.#failures.set(`${moment} ${kind}`, [...codes]);
  }

  /** Holds up the next request of a kind until the returned function is called. */
  hold(moment: FaultMoment, kind: RequestKind): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#holds.set(`${moment} ${kind}`, promise);
    return resolve;
  }

  /** How many requests of a kind have been sent, those that failed included. */
  count(kind: RequestKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  beforeRequest(kind: RequestKind): Promise<void> {
    this.#counts.set(kind, this.count(kind) + 1);
    return this.#meet('before', kind);
  }

  afterRequest(kind: RequestKind): Promise<void> {
    return this.#meet('after', kind);
  }

  async #meet(moment: FaultMoment, kind: RequestKind): Promise<void> {
    const key = `${moment} ${kind}`;
    const held = this.#holds.get(key);
    this.#holds.delete(key);
    await held;
    const code = this.#failures.get(key)?.shift();
    if (code !== undefined) throw new StreamsError(code, `${kind} failed, as it was told to`);
  }
}
