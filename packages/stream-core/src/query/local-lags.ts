import type { Admin } from '../broker/admin.ts';
import type { QueriedTasks } from './store-parts.ts';

/** How far a store on this instance is behind its changelog. @see `org.apache.kafka.streams.LagInfo` */
export interface LagInfo {
  /** The offset that the store has come to; the end for a task that processes. */
  readonly currentOffset: number;
  /** The end of the changelog. */
  readonly endOffset: number;
  /** How many offsets lie between them. */
  readonly offsetLag: number;
}

/**
 * The lag of every store that has a changelog, by store and partition. A store that is not restored at all counts from 0,
 * not from where its changelog begins now.
 *
 * @see `org.apache.kafka.streams.KafkaStreams#allLocalStorePartitionLags`
 */
export const localLags = async (
  { running, restoring }: QueriedTasks,
  admin: Admin,
): Promise<ReadonlyMap<string, ReadonlyMap<number, LagInfo>>> => {
  const places = [...running, ...restoring].flatMap((task) =>
    task.stores.changelogs().map(({ topic, store, offset }) => ({
      store,
      partition: task.taskId.partition,
      topic,
      offset: running.includes(task) ? null : (offset ?? 0),
    })),
  );
  const wanted = places.map(({ topic, partition }) => ({
    partition: { topic, partition },
    spec: 'latest' as const,
  }));
  const ends = wanted.length === 0 ? [] : await admin.listOffsets(wanted, 'read_uncommitted');
  const lags = new Map<string, Map<number, LagInfo>>();
  places.forEach(({ store, partition, offset }, index) => {
    const endOffset = ends[index] ?? 0;
    const currentOffset = offset ?? endOffset;
    const ofStore = lags.get(store) ?? new Map<number, LagInfo>();
    lags.set(store, ofStore);
    ofStore.set(partition, { currentOffset, endOffset, offsetLag: Math.max(0, endOffset - currentOffset) });
  });
  return lags;
};
