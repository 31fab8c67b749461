import type { LagInfo } from './local-lags.ts';
import type { LocalQueries } from './local-queries.ts';
import type { QueryableStoreType } from './local-store.ts';
import type { StoreQueryOptions } from './query-options.ts';
import type { StateQueryRequest } from './run-state-query.ts';
import type { StateQueryResult } from './state-query-result.ts';
import type { KeyPartitioning, KeyQueryMetadata, StreamsMetadata } from './streams-metadata.ts';
import type { ThreadMetadata } from './thread-metadata.ts';

/** An application instance, to who reads its stores. */
export abstract class QueryableInstance {
  protected abstract readonly queries: LocalQueries;

  /**
   * A store to read: what of it lies in the tasks of this instance.
   *
   * @param type how to read it, such as `queryableStoreTypes.keyValueStore<string, number>()`
   * @param options what queries see: what is committed, of all partitions that are here, unless they say otherwise
   * @returns a handle whose methods reject with STORE_NOT_AVAILABLE while the store is not here, and with
   *   STORE_TYPE_MISMATCH when it is of another type
   * @throws StreamsError STORE_NOT_FOUND when the topology has no store of that name
   */
  store<H>(name: string, type: QueryableStoreType<H>, options: StoreQueryOptions = {}): H {
    return this.queries.store(name, type, options);
  }

  /**
   * Asks the parts of a store that are on this instance, each for itself. Global stores answer too.
   *
   * @returns what each partition said: an answer with its position, or why it has none
   * @throws StreamsError STORE_NOT_FOUND, STORE_NOT_AVAILABLE while the instance does not run
   * @see KIP-796
   */
  async query<R>(request: StateQueryRequest<R>): Promise<StateQueryResult<R>> {
    return this.queries.query(request);
  }

  /**
   * How far the stores here are behind their changelogs, by store and partition: 0 for tasks that process, what is left
   * to restore for others. Empty while the instance does not run. @throws StreamsError of the broker @see KIP-535
   */
  allLocalStorePartitionLags(): Promise<ReadonlyMap<string, ReadonlyMap<number, LagInfo>>> {
    return this.queries.lags();
  }

  /**
   * The tasks that are here: those that process, and those that restore. There is one thread; none while the instance does
   * not run.
   *
   * @see `org.apache.kafka.streams.KafkaStreams#metadataForLocalThreads`
   */
  metadataForLocalThreads(): readonly ThreadMetadata[] {
    return this.queries.threads();
  }

  /**
   * All instances of the application that name an `applicationServer`, as the last assignment had them. Empty before the
   * first one.
   *
   * @see `org.apache.kafka.streams.KafkaStreams#metadataForAllStreamsClients`
   */
  metadataForAllStreamsClients(): readonly StreamsMetadata[] {
    return this.queries.metadata.all();
  }

  /** Those of them that have a part of a store; all of them for a global one. Empty for a store that does not exist. */
  streamsMetadataForStore(store: string): readonly StreamsMetadata[] {
    return this.metadataForAllStreamsClients().filter(({ stateStoreNames }) => stateStoreNames.includes(store));
  }

  /**
   * Which instance has a key of a store, and in which partition. It may have moved on when you ask there.
   *
   * @param how the serde of the key, where records are partitioned by Kafka's partitioner; else the partitioner
   * @returns null while that is not known: before the first assignment, or when no instance names an `applicationServer`
   * @throws StreamsError STORE_NOT_FOUND; RangeError when the partitioner does not choose one partition
   * @see `org.apache.kafka.streams.KafkaStreams#queryMetadataForKey`
   */
  queryMetadataForKey<K>(store: string, key: K, how: KeyPartitioning<K>): KeyQueryMetadata | null {
    return this.queries.metadata.ofKey(store, key, how);
  }
}
