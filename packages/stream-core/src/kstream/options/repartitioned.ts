import type { StreamPartitioner } from '../../processor/stream-partitioner.ts';
import type { Serde } from '../../serdes/serde.ts';
import type { Named } from './named.ts';

/** How a stream is repartitioned (KIP-221). The name is that of the topic. */
export interface Repartitioned<K, V> extends Named {
  /** @default the serde that the stream carries, else the default one of the configuration */
  readonly key?: Serde<K>;
  /** @default the serde that the stream carries, else the default one of the configuration */
  readonly value?: Serde<V>;
  /** @default as many as the topics have that the stream comes from, or that it is joined with */
  readonly partitions?: number;
  /** @default Kafka's partitioner: murmur2 of the serialised key */
  readonly partitioner?: StreamPartitioner<K, V>;
}
