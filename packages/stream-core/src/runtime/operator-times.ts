import { murmur2 } from '../common/murmur2.ts';
import type { OperatorTime } from '../processor/operator.ts';

class StoredTime implements OperatorTime {
  ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  advance(timestamp: number): number {
    if (timestamp > this.ms) this.ms = timestamp;
    return this.ms;
  }
}

/** A short name that does not change: offset metadata has room for little. */
const keyOf = (name: string): string => `~${(murmur2(Buffer.from(name, 'utf8')) >>> 0).toString(36)}`;

/**
 * The times that the operators of a task have come to. They are committed with the offsets and so survive a failover,
 * where Kafka Streams would begin anew and accept late records again. Entries of others are kept as they are.
 */
export class OperatorTimes {
  readonly #times = new Map<string, StoredTime>();
  readonly #foreign = new Map<string, number>();

  /** The time of an operator. The same name gives the same time. */
  of(name: string): OperatorTime {
    return this.#at(keyOf(name));
  }

  /** The time that Kafka Streams commits under that very name, as its own operators find it and leave it behind. */
  inKafkaStreams(name: string): OperatorTime {
    return this.#at(name);
  }

  /** Takes in what was committed with a partition; the later of two times counts. */
  restore(committed: ReadonlyMap<string, number>): void {
    for (const [key, ms] of committed) {
      const time = this.#times.get(key);
      if (time === undefined) this.#foreign.set(key, Math.max(ms, this.#foreign.get(key) ?? -1));
      else time.advance(ms);
    }
  }

  /** What is to be committed: the times that have begun, and with `unset` a stand-in for the others. */
  snapshot(unset: number | null = null): ReadonlyMap<string, number> {
    const snapshot = new Map(this.#foreign);
    for (const [key, { ms }] of this.#times) {
      if (ms >= 0) snapshot.set(key, ms);
      else if (unset !== null) snapshot.set(key, unset);
    }
    return snapshot;
  }

  #at(key: string): OperatorTime {
    let time = this.#times.get(key);
    if (time === undefined) {
      time = new StoredTime(this.#foreign.get(key) ?? -1);
      this.#foreign.delete(key);
      this.#times.set(key, time);
    }
    return time;
  }
}
