import type { StreamRecord } from '../common/stream-record.ts';
import type { Serde } from '../serdes/serde.ts';
import type { ProducedRecord } from './produced-record.ts';

/** A topic to read the output of. @see `org.apache.kafka.streams.TestOutputTopic` */
export class TestOutputTopic<K, V> {
  readonly topic: string;
  readonly #serdes: { readonly key: Serde<K>; readonly value: Serde<V> };
  readonly #queue: ProducedRecord[];

  constructor(topic: string, serdes: { readonly key: Serde<K>; readonly value: Serde<V> }, queue: ProducedRecord[]) {
    this.topic = topic;
    this.#serdes = serdes;
    this.#queue = queue;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Takes the next record; null when there is none. */
  readRecord(): StreamRecord<K | null, V | null> | null {
    const record = this.#queue.shift();
    return record === undefined ? null : this.#decode(record);
  }

  /** Takes all records. */
  readRecords(): StreamRecord<K | null, V | null>[] {
    return this.#queue.splice(0).map((record) => this.#decode(record));
  }

  /** Takes all records as pairs of key and value. */
  readPairs(): [K | null, V | null][] {
    return this.readRecords().map(({ key, value }) => [key, value]);
  }

  /** Takes all records; the last value of each key. */
  readMap(): Map<K | null, V | null> {
    return new Map(this.readPairs());
  }

  #decode({ key, value, timestamp, headers }: ProducedRecord): StreamRecord<K | null, V | null> {
    const { key: keySerde, value: valueSerde } = this.#serdes;
    return {
      key: key === null ? null : keySerde.deserialize(key, this.topic, headers),
      value: value === null ? null : valueSerde.deserialize(value, this.topic, headers),
      timestamp,
      headers,
    };
  }
}
