import type { Duration } from '../common/duration.ts';
import { toMs } from '../common/duration.ts';
import type { Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import type { Serde } from '../serdes/serde.ts';

/** A record to be piped, in bytes. */
export interface RawInput {
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
  readonly headers?: Headers;
}

/** How records are piped into a topic. */
export interface TestInputTopicOptions<K, V> {
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  /** The timestamp of records that name none, epoch ms. @default the wall clock of the driver */
  readonly startTimestampMs?: number;
  /** How much later each record that names no timestamp is than the one before. @default 0 */
  readonly autoAdvance?: Duration;
}

/** What of a record may be left out. */
export interface InputOptions {
  readonly timestamp?: number;
  readonly headers?: Headers;
}

/** A topic to pipe records into. @see `org.apache.kafka.streams.TestInputTopic` */
export class TestInputTopic<K, V> {
  readonly topic: string;
  readonly #options: TestInputTopicOptions<K, V>;
  readonly #pipe: (input: RawInput) => void;
  readonly #advanceMs: number;
  #timestamp: number;

  constructor(
    topic: string,
    options: TestInputTopicOptions<K, V>,
    driver: { readonly nowMs: number; readonly pipe: (input: RawInput) => void },
  ) {
    this.topic = topic;
    this.#options = options;
    this.#pipe = driver.pipe;
    this.#advanceMs = toMs(options.autoAdvance ?? 0, 'auto advance');
    this.#timestamp = options.startTimestampMs ?? driver.nowMs;
  }

  /** Pipes a record and runs everything that it causes. */
  pipeInput(key: K | null, value: V | null, options: InputOptions = {}): void {
    const { headers = noHeaders } = options;
    const { key: keySerde, value: valueSerde } = this.#options;
    const timestamp = options.timestamp ?? this.#timestamp;
    if (options.timestamp === undefined) this.#timestamp += this.#advanceMs;
    this.#pipe({
      topic: this.topic,
      key: key === null ? null : keySerde.serialize(key, this.topic, headers),
      value: value === null ? null : valueSerde.serialize(value, this.topic, headers),
      timestamp,
      headers,
    });
  }
}
