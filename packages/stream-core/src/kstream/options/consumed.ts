import type { AutoOffsetReset } from '../../common/auto-offset-reset.ts';
import type { Duration } from '../../common/duration.ts';
import type { TimestampExtractor } from '../../processor/timestamp-extractor.ts';
import type { Serde } from '../../serdes/serde.ts';
import type { Named } from './named.ts';

/** How a stream or table reads its topic. @see `org.apache.kafka.streams.kstream.Consumed` */
export interface Consumed<K, V> extends Named {
  /** @default the default key serde of the configuration */
  readonly key?: Serde<K>;
  /** @default the default value serde of the configuration */
  readonly value?: Serde<V>;
  /** @default the default extractor of the configuration */
  readonly timestampExtractor?: TimestampExtractor;
  /** Where to begin when the application has no committed offset for the topic. @default that of the configuration */
  readonly offsetReset?: AutoOffsetReset;
  /**
   * After so long without a record the wall clock moves the stream time of the task on, so that windows and timers of
   * an idle input still fire. Kafka Streams has no such thing. @default never
   */
  readonly idleTimeout?: Duration;
}
