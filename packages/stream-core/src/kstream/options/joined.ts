import type { Duration } from '../../common/duration.ts';
import type { Serde } from '../../serdes/serde.ts';
import type { Named } from './named.ts';

/** How a stream is joined with a table. @see `org.apache.kafka.streams.kstream.Joined` */
export interface Joined<K, V> extends Named {
  /** For the repartition topic, if there has to be one. @default the serde that the stream carries */
  readonly key?: Serde<K>;
  /** For the repartition topic, if there has to be one. @default the serde that the stream carries */
  readonly value?: Serde<V>;
  /**
   * How long records wait for late updates of the table, in stream time. The table must be versioned, with a history
   * retention that is not shorter. @default they do not wait
   *
   * @see KIP-923
   */
  readonly grace?: Duration;
}

/** A window store that a stream-stream join uses under a name of your own. */
export interface JoinStore {
  readonly name: string;
  /** Whether it lives in the state engine; otherwise in memory. @default true */
  readonly persistent?: boolean;
}

/**
 * How two streams are joined. The name is that of the processors, `storeName` that of the stores and changelogs.
 *
 * @see `org.apache.kafka.streams.kstream.StreamJoined`
 */
export interface StreamJoined<K, V, VO> extends Named {
  /** @default the default key serde of the configuration */
  readonly key?: Serde<K>;
  /** Of the left stream. @default the default value serde of the configuration */
  readonly value?: Serde<V>;
  /** Of the right stream. @default the default value serde of the configuration */
  readonly otherValue?: Serde<VO>;
  readonly storeName?: string;
  /** Whether the stores have changelogs. @default true */
  readonly logging?: boolean;
  readonly changelogConfig?: Readonly<Record<string, string>>;
  /** The store of the left stream. */
  readonly thisStore?: JoinStore;
  /** The store of the right stream. */
  readonly otherStore?: JoinStore;
  /** Where stores live that are not named. @default the default of the configuration */
  readonly persistent?: boolean;
}
