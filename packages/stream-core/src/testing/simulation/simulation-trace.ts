import { createHash } from 'node:crypto';

const keptEvents = 400;

/** Everything that happened in a simulation: as a hash, by the last events, and by numbers. */
export class SimulationTrace {
  readonly #hash = createHash('sha256');
  readonly #counts = new Map<string, number>();
  readonly #last: string[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param who the instance, or `world` */
  add(who: string, what: string): void {
    const line = `${this.#now().toFixed(1)} ${who}: ${what}`;
    this.#hash.update(line).update('\n');
    this.#last.push(line);
    if (this.#last.length > 2 * keptEvents) this.#last.splice(0, keptEvents);
  }

  /** Counts that something was met. */
  count(name: string): void {
    this.#counts.set(name, this.countOf(name) + 1);
  }

  countOf(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** How often each thing was met that was met at all. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** The last events, the oldest first. */
  get last(): readonly string[] {
    return this.#last.slice(-keptEvents);
  }

  /** The hash over all events up to now. */
  get hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }
}
