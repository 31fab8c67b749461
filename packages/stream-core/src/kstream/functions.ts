import type { ConnectedStoreProvider } from '../processor/processor.ts';
import type { ProcessingContext } from '../processor/processor-context.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { Named } from './options/named.ts';

// The functions that users give to the DSL.

/** A test of a record. */
export type Predicate<K, V> = (key: K, value: V) => boolean;
/** Makes something of a key and a value. */
export type KeyValueMapper<K, V, R> = (key: K, value: V) => R;
/** Makes a value of a value; the key comes second, for those who need it, and must not be changed. */
export type ValueMapper<K, V, VR> = (value: V, key: K) => VR;
/** Finds the key of another table in an entry; null refers to nothing (KIP-1104). */
export type ForeignKeyExtractor<K, V, KO> = (value: V, key: K) => KO | null;
/** Makes a value of two that meet in a join. */
export type ValueJoiner<K, V, VO, VR> = (left: V, right: VO, key: K) => VR;
/** Does something with a record. */
export type ForeachAction<K, V> = (key: K, value: V) => void;
/** The value that an aggregation begins with. */
export type Initializer<VA> = () => VA;
/** Adds a record to an aggregate; null deletes the aggregate. */
export type Aggregator<K, V, VA> = (key: K, value: V, aggregate: VA) => VA | null;
/** Makes one value of two; null deletes the result. */
export type Reducer<V> = (aggregate: V, value: V) => V | null;

/** Makes one aggregate of two, when their sessions become one; null deletes it. */
export type Merger<K, VA> = (key: K, left: VA, right: VA) => VA | null;

/** Stores that a processor uses: names of stores that were added, or builders, which are added at the same time. */
export interface ConnectedStores extends Named {
  readonly stores?: readonly (string | StoreBuilder)[];
}

/** Makes values of a table's values with the help of stores. One is made for every task. */
export interface ValueTransformer<K, V, VR> {
  init?(context: ProcessingContext): void;
  transform(key: K, value: V | null): VR | null;
  close?(): void;
}

/** Makes the transformer of a task: a new one at every call. It may bring stores along (KIP-401). */
export interface ValueTransformerSupplier<K, V, VR> extends ConnectedStoreProvider {
  (): ValueTransformer<K, V, VR>;
}
