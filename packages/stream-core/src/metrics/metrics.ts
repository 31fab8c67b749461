/** What a measurement belongs to, such as the task or the processor node. */
export type MetricTags = Readonly<Record<string, string>>;

/** Something that is counted. */
export interface Counter {
  add(count: number): void;
}

/** Where the library reports what it counts and measures. */
export interface Metrics {
  /** A total that only grows. The same name and tags give the same counter. */
  counter(name: MetricName, tags?: MetricTags): Counter;
  /** A value as it is now. */
  gauge(name: MetricName, value: number, tags?: MetricTags): void;
}

/** The names of the metrics; those that Kafka Streams has too are named as there. */
export type MetricName =
  | 'process-total'
  | 'dropped-records-total'
  | 'commit-total'
  | 'commit-latency-ms'
  | 'punctuate-total'
  | 'record-send-total'
  | 'restore-records-total'
  | 'restore-bytes-total'
  | 'state-rebuilt-total'
  | 'rebalance-total'
  | 'task-created-total'
  | 'task-closed-total'
  | 'buffered-bytes';

/** One metric as it stands. */
export interface MetricValue {
  readonly name: MetricName;
  readonly tags: MetricTags;
  readonly value: number;
}

interface Entry {
  readonly name: MetricName;
  readonly tags: MetricTags;
  value: number;
}

/** Keeps the metrics of an application instance in memory. */
export class MetricsRegistry implements Metrics {
  readonly #entries = new Map<string, Entry>();

  counter(name: MetricName, tags: MetricTags = {}): Counter {
    const entry = this.#entry(name, tags);
    return {
      add: (count) => {
        entry.value += count;
      },
    };
  }

  gauge(name: MetricName, value: number, tags: MetricTags = {}): void {
    this.#entry(name, tags).value = value;
  }

  /** All metrics, in the order in which they were first reported. */
  values(): readonly MetricValue[] {
    return [...this.#entries.values()].map((entry) => ({ ...entry }));
  }

  #entry(name: MetricName, tags: MetricTags): Entry {
    const key = JSON.stringify([name, tags]);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { name, tags, value: 0 };
      this.#entries.set(key, entry);
    }
    return entry;
  }
}
