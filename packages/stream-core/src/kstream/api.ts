import type { Windowed } from '../common/window.ts';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '../processor/processor.ts';
import type { TopicNameExtractor } from '../processor/topic-name-extractor.ts';
import type {
  Aggregator,
  ConnectedStores,
  ForeachAction,
  Initializer,
  KeyValueMapper,
  Merger,
  Predicate,
  Reducer,
  ValueJoiner,
  ValueMapper,
  ValueTransformerSupplier,
} from './functions.ts';
import type { GlobalKTable, GlobalTableJoin } from './global-ktable.ts';
import type { Grouped } from './options/grouped.ts';
import type { Joined, StreamJoined } from './options/joined.ts';
import type { MaterializedAs } from './options/materialized.ts';
import type { Named } from './options/named.ts';
import type { Produced } from './options/produced.ts';
import type { Repartitioned } from './options/repartitioned.ts';
import type { Suppressed } from './options/suppressed.ts';
import type { ForeignKeyJoin } from './options/table-joined.ts';
import type { EmitStrategy } from './windows/emit-strategy.ts';
import type { SessionWindows } from './windows/session-windows.ts';
import type { SlidingWindows } from './windows/sliding-windows.ts';
import type { UnlimitedWindows } from './windows/unlimited-windows.ts';
import type { JoinWindows, TimeWindows } from './windows/windows.ts';

// The whole DSL on one page. These interfaces name each other, so they live in one file.

/**
 * An unbounded sequence of records: facts that do not replace each other.
 *
 * Operators that may change the key (`map`, `flatMap`, `selectKey`, `process`, `groupBy`) make the next operator that
 * needs records of one key in one place write a repartition topic first. An operator that changes the type of the key
 * or value drops its serde; the next place that needs one takes it from its options or the defaults.
 *
 * @see `org.apache.kafka.streams.kstream.KStream`
 */
export interface KStream<K, V> {
  /** Keeps the records that satisfy `predicate`. */
  filter<S extends V>(predicate: (key: K, value: V) => value is S, options?: Named): KStream<K, S>;
  filter(predicate: Predicate<K, V>, options?: Named): KStream<K, V>;
  /** Keeps the records that do not satisfy `predicate`. */
  filterNot(predicate: Predicate<K, V>, options?: Named): KStream<K, V>;
  /** Gives every record a new key. */
  selectKey<KR>(mapper: KeyValueMapper<K, V, KR>, options?: Named): KStream<KR, V>;
  /** Makes one record of each: a new key and value. */
  map<KR, VR>(mapper: KeyValueMapper<K, V, readonly [key: KR, value: VR]>, options?: Named): KStream<KR, VR>;
  /** Gives every record a new value. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, options?: Named): KStream<K, VR>;
  /** Makes any number of records of each. */
  flatMap<KR, VR>(
    mapper: KeyValueMapper<K, V, Iterable<readonly [key: KR, value: VR]>>,
    options?: Named,
  ): KStream<KR, VR>;
  /** Makes any number of values of each, under the same key. */
  flatMapValues<VR>(mapper: ValueMapper<K, V, Iterable<VR>>, options?: Named): KStream<K, VR>;
  /** Does something with every record, at the end of the stream. */
  foreach(action: ForeachAction<K, V>, options?: Named): void;
  /** Does something with every record and lets it pass. */
  peek(action: ForeachAction<K, V>, options?: Named): KStream<K, V>;
  /** Splits the stream: each record goes to the first branch whose predicate it satisfies. */
  split(options?: Named): BranchedKStream<K, V>;
  /** One stream of both; nothing is promised about the order between them. */
  merge(other: KStream<K, V>, options?: Named): KStream<K, V>;
  /** Writes the stream to a topic of the application's own and reads it back, partitioned by key (KIP-221). */
  repartition(options?: Repartitioned<K, V>): KStream<K, V>;
  /** Writes the stream to a topic, or to the topic that the function names for each record. */
  to(topic: string | TopicNameExtractor<K, V>, options?: Produced<K, V>): void;
  /** Reads the stream as a changelog: the last value of a key counts, null deletes it. */
  toTable(options?: MaterializedAs<K, V>): KTable<K, V>;
  /** Groups by the key that the records have. */
  groupByKey(options?: Grouped<K, V>): KGroupedStream<K, V>;
  /** Groups by a new key. */
  groupBy<KR>(mapper: KeyValueMapper<K, V, KR>, options?: Grouped<KR, V>): KGroupedStream<KR, V>;
  /** Joins records of two streams that have the same key and are close in time. */
  join<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V, NoInfer<VO>, VR>,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  /** Joins each record with the table's value of its key, when there is one. */
  join<VO, VR>(
    table: KTable<K, VO>,
    joiner: ValueJoiner<K, V, NoInfer<VO>, VR>,
    options?: Joined<K, V>,
  ): KStream<K, VR>;
  /** Joins each record with the value of the key that `keySelector` names in a global table, when there is one. */
  join<GK, GV, VR>(table: GlobalKTable<GK, GV>, ...how: GlobalTableJoin<K, V, GK, GV, VR>): KStream<K, VR>;
  /** Like join; left records that met nobody come with null once their window has closed. */
  leftJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V, NoInfer<VO> | null, VR>,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  /** Joins each record with the table's value of its key, or with null. */
  leftJoin<VO, VR>(
    table: KTable<K, VO>,
    joiner: ValueJoiner<K, V, NoInfer<VO> | null, VR>,
    options?: Joined<K, V>,
  ): KStream<K, VR>;
  /** Joins each record with the value of the key that `keySelector` names in a global table, or with null. */
  leftJoin<GK, GV, VR>(table: GlobalKTable<GK, GV>, ...how: GlobalTableJoin<K, V, GK, GV | null, VR>): KStream<K, VR>;
  /** Like join; records of either side that met nobody come with null once their window has closed. */
  outerJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: ValueJoiner<K, V | null, NoInfer<VO> | null, VR>,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  /** Hands every record to a processor of your own, which may forward what it likes. */
  process<KR = K, VR = V>(supplier: ProcessorSupplier<K, V, KR, VR>, options?: ConnectedStores): KStream<KR, VR>;
  /** As `process`, for a processor that leaves the key as it is, so that nothing has to be repartitioned. */
  processValues<VR = V>(supplier: FixedKeyProcessorSupplier<K, V, VR>, options?: ConnectedStores): KStream<K, VR>;
}

/** What becomes of a branch: kept under its name, or handed to a function. */
export interface Branched<K, V> {
  /** Appended to the name of the split. @default a running number; 0 for the default branch */
  readonly name?: string;
  /** Builds on the branch in place; the branch is then not in the result of the split. */
  readonly withConsumer?: (branch: KStream<K, V>) => void;
  /** Builds on the branch in place; what it returns is in the result of the split. */
  readonly withFunction?: (branch: KStream<K, V>) => KStream<K, V> | null;
}

/** A stream that is being split. @see KIP-418, `org.apache.kafka.streams.kstream.BranchedKStream` */
export interface BranchedKStream<K, V> {
  /** A branch for the records that satisfy `predicate` and none before. */
  branch(predicate: Predicate<K, V>, options?: Branched<K, V>): BranchedKStream<K, V>;
  /** A branch for all others. Returns the branches by name: the name of the split, then that of the branch. */
  defaultBranch(options?: Branched<K, V>): ReadonlyMap<string, KStream<K, V>>;
  /** Drops all others. Returns the branches by name. */
  noDefaultBranch(): ReadonlyMap<string, KStream<K, V>>;
}

/**
 * A table: the last value of every key, as it changes.
 *
 * @see `org.apache.kafka.streams.kstream.KTable`
 */
export interface KTable<K, V> {
  /** The store that the table can be queried under; null when it has none. */
  readonly queryableStoreName: string | null;
  /** Keeps the entries that satisfy `predicate`; one that stops to do so is deleted. */
  filter(predicate: Predicate<K, V>, options?: MaterializedAs<K, V>): KTable<K, V>;
  /** Keeps the entries that do not satisfy `predicate`. */
  filterNot(predicate: Predicate<K, V>, options?: MaterializedAs<K, V>): KTable<K, V>;
  /** Gives every entry a new value. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, options?: MaterializedAs<K, VR>): KTable<K, VR>;
  /** Gives every entry a new value with the help of stores. */
  transformValues<VR>(
    supplier: ValueTransformerSupplier<K, V, VR>,
    options?: MaterializedAs<K, VR> & ConnectedStores,
  ): KTable<K, VR>;
  /** The updates of the table as a stream under a new key; a deletion has the value null. */
  toStream<KR>(mapper: KeyValueMapper<K, V, KR>, options?: Named): KStream<KR, V>;
  /** The updates of the table as a stream. */
  toStream(options?: Named): KStream<K, V>;
  /** Groups the entries by a new key, so that an aggregate follows every change of the table. */
  groupBy<KR, VR>(
    selector: KeyValueMapper<K, V, readonly [key: KR, value: VR]>,
    options?: Grouped<KR, VR>,
  ): KGroupedTable<KR, VR>;
  /** Holds updates back until they are final, or for a time (`untilWindowCloses`, `untilTimeLimit`). */
  suppress(suppressed: Suppressed<K>): KTable<K, V>;
  /** The entries whose key is in both tables. */
  join<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V, NoInfer<VO>, VR>,
    options?: MaterializedAs<K, VR>,
  ): KTable<K, VR>;
  /**
   * The entries whose foreign key is in the other table. They keep the key of this table, and follow the changes of both
   * (KIP-213). The tables need not be partitioned alike: two topics of the application lie in between.
   */
  join<KO, VO, VR>(other: KTable<KO, VO>, ...how: ForeignKeyJoin<K, V, KO, VO, VR>): KTable<K, VR>;
  /** The entries of this table, with those of the other or null. */
  leftJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V, NoInfer<VO> | null, VR>,
    options?: MaterializedAs<K, VR>,
  ): KTable<K, VR>;
  /** The entries of this table, with those of the other that they refer to, or null. */
  leftJoin<KO, VO, VR>(other: KTable<KO, VO>, ...how: ForeignKeyJoin<K, V, KO, VO | null, VR>): KTable<K, VR>;
  /** The entries whose key is in either table. */
  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V | null, NoInfer<VO> | null, VR>,
    options?: MaterializedAs<K, VR>,
  ): KTable<K, VR>;
}

/** Records grouped by key, ready to be aggregated. @see `org.apache.kafka.streams.kstream.KGroupedStream` */
export interface KGroupedStream<K, V> {
  /** How many records there were of each key. Records with a null key or value do not count. */
  count(options?: MaterializedAs<K, number>): KTable<K, number>;
  /** One value a key, made of the one before and the next. The first value stands as it is. */
  reduce(reducer: Reducer<V>, options?: MaterializedAs<K, V>): KTable<K, V>;
  /** One aggregate a key, of another type than the values. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options?: MaterializedAs<K, VA>,
  ): KTable<K, VA>;
  /** Aggregates this stream together with others into one table. */
  cogroup<VA>(aggregator: Aggregator<K, V, VA>): CogroupedKStream<K, VA>;
  /** Aggregates by time too. */
  windowedBy(windows: TimeWindows | SlidingWindows | UnlimitedWindows): TimeWindowedKStream<K, V>;
  /** Aggregates by sessions of activity too. */
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>;
}

/** Records grouped by key and time window. @see `org.apache.kafka.streams.kstream.TimeWindowedKStream` */
export interface TimeWindowedKStream<K, V> {
  /** Sets when the tables that are made from now on emit. Unlimited windows have no close. @default onWindowUpdate */
  emitStrategy(strategy: EmitStrategy): this;
  /** How many records there were of each key and window; null values count, but not in sliding windows. */
  count(options?: MaterializedAs<K, number>): KTable<Windowed<K>, number>;
  /** One value a key and window, made of the one before and the next. The first value stands as it is. */
  reduce(reducer: Reducer<V>, options?: MaterializedAs<K, V>): KTable<Windowed<K>, V>;
  /** One aggregate a key and window, of another type than the values. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    options?: MaterializedAs<K, VA>,
  ): KTable<Windowed<K>, VA>;
}

/** Records grouped by key and session. @see `org.apache.kafka.streams.kstream.SessionWindowedKStream` */
export interface SessionWindowedKStream<K, V> {
  /** Sets when the tables that are made from now on emit. @default onWindowUpdate */
  emitStrategy(strategy: EmitStrategy): this;
  /** How many records there were of each key and session; null values count. */
  count(options?: MaterializedAs<K, number>): KTable<Windowed<K>, number>;
  /** One value a key and session. The reducer merges the values of sessions too. */
  reduce(reducer: Reducer<V>, options?: MaterializedAs<K, V>): KTable<Windowed<K>, V>;
  /** One aggregate a key and session. The merger makes one of the aggregates of sessions that become one. */
  aggregate<VA>(
    initializer: Initializer<VA>,
    aggregator: Aggregator<K, V, VA>,
    merger: Merger<K, VA>,
    options?: MaterializedAs<K, VA>,
  ): KTable<Windowed<K>, VA>;
}

/**
 * Grouped streams that are aggregated into one table, each with an aggregator of its own. They must be partitioned
 * alike; a stream whose key may have changed goes through a repartition topic first.
 *
 * @see KIP-150, `org.apache.kafka.streams.kstream.CogroupedKStream`
 */
export interface CogroupedKStream<K, VA> {
  /** Adds a stream. One that is added again gets another aggregator. */
  cogroup<V>(grouped: KGroupedStream<K, V>, aggregator: Aggregator<K, V, VA>): CogroupedKStream<K, VA>;
  /** One aggregate a key over the records of all streams. Those with a null key or value are dropped. */
  aggregate(initializer: Initializer<VA>, options?: MaterializedAs<K, VA>): KTable<K, VA>;
  /** Aggregates by time too. */
  windowedBy(windows: TimeWindows | SlidingWindows | UnlimitedWindows): TimeWindowedCogroupedKStream<K, VA>;
  /** Aggregates by sessions of activity too. */
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedKStream<K, VA>;
}

/** Cogrouped streams by time window. @see `org.apache.kafka.streams.kstream.TimeWindowedCogroupedKStream` */
export interface TimeWindowedCogroupedKStream<K, VA> {
  /** One aggregate a key and window over the records of all streams. */
  aggregate(initializer: Initializer<VA>, options?: MaterializedAs<K, VA>): KTable<Windowed<K>, VA>;
}

/** Cogrouped streams by session. @see `org.apache.kafka.streams.kstream.SessionWindowedCogroupedKStream` */
export interface SessionWindowedCogroupedKStream<K, VA> {
  /** One aggregate a key and session over the records of all streams; the merger is for sessions that become one. */
  aggregate(
    initializer: Initializer<VA>,
    merger: Merger<K, VA>,
    options?: MaterializedAs<K, VA>,
  ): KTable<Windowed<K>, VA>;
}

/** Entries of a table grouped by a new key. @see `org.apache.kafka.streams.kstream.KGroupedTable` */
export interface KGroupedTable<K, V> {
  /** How many entries of the table have each key. */
  count(options?: MaterializedAs<K, number>): KTable<K, number>;
  /** One value a key: `adder` for entries that come, `subtractor` for those that go or change. */
  reduce(adder: Reducer<V>, subtractor: Reducer<V>, options?: MaterializedAs<K, V>): KTable<K, V>;
  aggregate<VA>(
    initializer: Initializer<VA>,
    adder: Aggregator<K, V, VA>,
    subtractor: Aggregator<K, V, VA>,
    options?: MaterializedAs<K, VA>,
  ): KTable<K, VA>;
}
