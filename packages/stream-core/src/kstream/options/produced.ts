import type { StreamPartitioner } from '../../processor/stream-partitioner.ts';
import type { Serde } from '../../serdes/serde.ts';
import type { Named } from './named.ts';

/** How a stream writes a topic. @see `org.apache.kafka.streams.kstream.Produced` */
export interface Produced<K, V> extends Named {
  /** @default the serde that the stream carries, else the default one of the configuration */
  readonly key?: Serde<K>;
  /** @default the serde that the stream carries, else the default one of the configuration */
  readonly value?: Serde<V>;
  /** @default Kafka's partitioner: murmur2 of the serialised key; windowed keys go by their inner key */
  readonly partitioner?: StreamPartitioner<K, V>;
}
