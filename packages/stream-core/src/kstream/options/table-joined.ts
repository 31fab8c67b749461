import type { StreamPartitioner } from '../../processor/stream-partitioner.ts';
import type { ForeignKeyExtractor, ValueJoiner } from '../functions.ts';
import type { MaterializedAs } from './materialized.ts';
import type { Named } from './named.ts';

/**
 * How two tables are joined by foreign key. The name is that of the topics, stores and processors of the join.
 *
 * Both partitioners are for tables whose topics are not partitioned by Kafka's default partitioner. They get null for a
 * value and must name one partition, or none for the default.
 *
 * @see KIP-775, `org.apache.kafka.streams.kstream.TableJoined`
 */
export interface TableJoined<K, KO> extends Named {
  /** How the left table is partitioned. @default answers go to the partition that asked */
  readonly partitioner?: StreamPartitioner<K, null>;
  /** How the right table is partitioned. @default Kafka's partitioner: murmur2 of the serialised key */
  readonly otherPartitioner?: StreamPartitioner<KO, null>;
}

/** How two tables are joined by foreign key, and the store of the result. */
export interface ForeignKeyJoined<K, KO, VR> extends TableJoined<K, KO>, Pick<MaterializedAs<K, VR>, 'materialized'> {}

/** What a join by foreign key takes behind the other table. */
export type ForeignKeyJoin<K, V, KO, VO, VR> = [
  foreignKey: ForeignKeyExtractor<K, V, NoInfer<KO>>,
  joiner: ValueJoiner<K, V, NoInfer<VO>, VR>,
  options?: ForeignKeyJoined<K, NoInfer<KO>, VR>,
];
