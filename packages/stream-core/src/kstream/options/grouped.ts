import type { Serde } from '../../serdes/serde.ts';
import type { Named } from './named.ts';

/**
 * How records are grouped. The name is that of the repartition topic, if there has to be one.
 *
 * @see `org.apache.kafka.streams.kstream.Grouped`
 */
export interface Grouped<K, V> extends Named {
  /** @default the serde that the stream carries, else the default one of the configuration */
  readonly key?: Serde<K>;
  /** @default the serde that the stream carries, else the default one of the configuration */
  readonly value?: Serde<V>;
}
