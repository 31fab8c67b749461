import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultKey, defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { KGroupedTable, KStream, KTable } from './api.ts';
import type { DslContext, TableFacade, TableTraits } from './dsl-context.ts';
import { nameOr, storeNameOr } from './dsl-context.ts';
import { joinOnForeignKey } from './foreign-key-join.ts';
import type {
  ConnectedStores,
  ForeignKeyExtractor,
  KeyValueMapper,
  Predicate,
  ValueJoiner,
  ValueMapper,
  ValueTransformerSupplier,
} from './functions.ts';
import { GraphNode } from './graph/graph-node.ts';
import { VersionedInput } from './graph/versioned-input.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import { isVersionedTable, tableSerdes, tableStore } from './materialize.ts';
import type { Change } from './operators/change.ts';
import { filterEntries, mapEntries, transformEntries } from './operators/entry-mappers.ts';
import { mapValues } from './operators/map-values.ts';
import type { TableMapOptions } from './operators/table-map.ts';
import { TableMap } from './operators/table-map.ts';
import { tableRepartitionMap } from './operators/table-repartition-map.ts';
import type { TableJoinKind } from './operators/table-table-join.ts';
import type { Grouped } from './options/grouped.ts';
import type { MaterializedAs } from './options/materialized.ts';
import type { Named } from './options/named.ts';
import type { Suppressed } from './options/suppressed.ts';
import type { ForeignKeyJoined } from './options/table-joined.ts';
import { suppressTable } from './suppress-table.ts';
import { joinTables } from './table-table-join.ts';

interface MapParts<K, V, VR> {
  readonly prefix: string;
  readonly value: SerdeSlot<VR>;
  readonly mapper: TableMapOptions<K, V, VR>['mapper'];
  readonly skipsAbsent: boolean;
  readonly numbersStore: boolean;
  readonly stores?: ConnectedStores['stores'];
}

/** Behind the other table: a joiner and options, or the extractor of a foreign key, a joiner and options. */
interface TableJoinArguments<K, V, KO, VO, VR> {
  readonly first: ValueJoiner<K, V, VO | null, VR> | ForeignKeyExtractor<K, V, KO>;
  readonly second: MaterializedAs<K, VR> | ValueJoiner<K, V, VO | null, VR> | undefined;
  readonly third: ForeignKeyJoined<K, KO, VR> | undefined;
}

export class KTableImpl<K, V> implements TableFacade<K, V> {
  readonly traits: TableTraits<K, V>;
  readonly #context: DslContext;

  constructor(context: DslContext, traits: TableTraits<K, V>) {
    this.#context = context;
    this.traits = traits;
  }

  get queryableStoreName(): string | null {
    return this.traits.queryableStoreName;
  }

  filter(predicate: Predicate<K, V>, options: MaterializedAs<K, V> = {}): KTable<K, V> {
    return this.#filter(predicate, true, options);
  }

  filterNot(predicate: Predicate<K, V>, options: MaterializedAs<K, V> = {}): KTable<K, V> {
    return this.#filter(predicate, false, options);
  }

  mapValues<VR>(mapper: ValueMapper<K, V, VR>, options: MaterializedAs<K, VR> = {}): KTable<K, VR> {
    const parts = { prefix: 'KTABLE-MAPVALUES-', value: defaultValue<VR>, skipsAbsent: false, numbersStore: true };
    return this.#map({ ...parts, mapper: () => mapEntries(mapper) }, options);
  }

  transformValues<VR>(
    supplier: ValueTransformerSupplier<K, V, VR>,
    options: MaterializedAs<K, VR> & ConnectedStores = {},
  ): KTable<K, VR> {
    const stores = [...(supplier.stores?.() ?? []), ...(options.stores ?? [])];
    const parts = {
      prefix: 'KTABLE-TRANSFORMVALUES-',
      value: defaultValue<VR>,
      skipsAbsent: false,
      numbersStore: false,
    };
    return this.#map({ ...parts, mapper: transformEntries(supplier), stores }, options);
  }

  toStream(options?: Named): KStream<K, V>;
  toStream<KR>(mapper: KeyValueMapper<K, V, KR>, options?: Named): KStream<KR, V>;
  toStream<KR>(first?: KeyValueMapper<K, V, KR> | Named, second?: Named): KStream<K, V> | KStream<KR, V> {
    if (typeof first !== 'function') return this.#toStream(first);
    return this.#toStream(second).selectKey(first as KeyValueMapper<K, V, KR>);
  }

  groupBy<KR, VR>(
    selector: KeyValueMapper<K, V, readonly [key: KR, value: VR]>,
    options: Grouped<KR, VR> = {},
  ): KGroupedTable<KR, VR> {
    const name = nameOr(this.#context, options.name, 'KTABLE-SELECT-');
    const versions = new VersionedInput();
    const operator = tableRepartitionMap(selector, versions.isVersioned);
    const node = new GraphNode(
      name,
      (graph, parents) => writeProcessor(graph, { name, operator, parents }),
      versions.traits,
    );
    this.#context.plan.add(node, [this.traits.node]);
    this.traits.operator.enableSendingOldValues(true);
    const key = slotOf<KR>(options.key, defaultKey);
    const value = slotOf<VR>(options.value, defaultValue);
    const { origin } = this.traits;
    return this.#context.groupedTable({ name, node, key, value, origin }, options.name ?? null);
  }

  suppress(suppressed: Suppressed<K>): KTable<K, V> {
    return suppressTable(this.#context, this.traits, suppressed);
  }

  join<KO, VO, VR>(
    other: KTable<K, VO> | KTable<KO, VO>,
    first: ValueJoiner<K, V, VO, VR> | ForeignKeyExtractor<K, V, KO>,
    second?: MaterializedAs<K, VR> | ValueJoiner<K, V, VO, VR>,
    third?: ForeignKeyJoined<K, KO, VR>,
  ): KTable<K, VR> {
    return this.#joinEither<KO, VO, VR>('inner', other, { first, second, third } as TableJoinArguments<
      K,
      V,
      KO,
      VO,
      VR
    >);
  }

  leftJoin<KO, VO, VR>(
    other: KTable<K, VO> | KTable<KO, VO>,
    first: ValueJoiner<K, V, VO | null, VR> | ForeignKeyExtractor<K, V, KO>,
    second?: MaterializedAs<K, VR> | ValueJoiner<K, V, VO | null, VR>,
    third?: ForeignKeyJoined<K, KO, VR>,
  ): KTable<K, VR> {
    return this.#joinEither<KO, VO, VR>('left', other, { first, second, third });
  }

  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: ValueJoiner<K, V | null, VO | null, VR>,
    options: MaterializedAs<K, VR> = {},
  ): KTable<K, VR> {
    return this.#join('outer', other, { joiner, options });
  }

  /** A function behind the extractor is the joiner; without one, the tables are joined by their own keys. */
  #joinEither<KO, VO, VR>(
    kind: 'inner' | 'left',
    other: KTable<K, VO> | KTable<KO, VO>,
    { first, second, third = {} }: TableJoinArguments<K, V, KO, VO, VR>,
  ): KTable<K, VR> {
    if (typeof second !== 'function') {
      const joiner = first as ValueJoiner<K, V | null, VO | null, VR>;
      return this.#join(kind, other as KTable<K, VO>, { joiner, options: second ?? {} });
    }
    const right = (other as TableFacade<KO, VO>).traits;
    const extractor = first as ForeignKeyExtractor<K, V, KO>;
    const parts = { extractor, joiner: second, isLeft: kind === 'left', options: third };
    return joinOnForeignKey(this.#context, this.traits, right, parts);
  }

  #join<VO, VR>(
    kind: TableJoinKind,
    other: KTable<K, VO>,
    parts: {
      readonly joiner: ValueJoiner<K, V | null, VO | null, VR>;
      readonly options: MaterializedAs<K, VR>;
    },
  ): KTable<K, VR> {
    return joinTables(this.#context, this.traits, (other as TableFacade<K, VO>).traits, { kind, ...parts });
  }

  #filter(predicate: Predicate<K, V>, wanted: boolean, options: MaterializedAs<K, V>): KTable<K, V> {
    const parts = { prefix: 'KTABLE-FILTER-', value: this.traits.value, skipsAbsent: true, numbersStore: true };
    return this.#map({ ...parts, mapper: () => filterEntries(predicate, wanted) }, options);
  }

  #toStream(options: Named = {}): KStream<K, V> {
    const name = nameOr(this.#context, options.name, 'KTABLE-TOSTREAM-');
    // A deletion goes on as a null, whatever the type of the values says.
    const operator = mapValues((change: Change<V>) => change.newValue);
    const node = new GraphNode(name, (graph, parents) => writeProcessor(graph, { name, operator, parents }), {
      outputVersioned: false,
    });
    this.#context.plan.add(node, [this.traits.node]);
    const { key, value, origin } = this.traits;
    return this.#context.stream<K, V>({ name, node, key, value, origin, repartitionRequired: false });
  }

  #map<VR>(parts: MapParts<K, V, VR>, options: MaterializedAs<K, VR>): KTable<K, VR> {
    const context = this.#context;
    const { prefix, mapper, skipsAbsent, stores = [] } = parts;
    const { materialized } = options;
    // A store that is described but not named is not made, but uses up a number in most operators.
    if (parts.numbersStore && materialized !== undefined && materialized.name === undefined) {
      storeNameOr(context, materialized, prefix);
    }
    const name = nameOr(context, options.name, prefix);
    const serdes = tableSerdes(materialized, { key: this.traits.key, value: parts.value });
    const store = materialized?.name === undefined ? null : tableStore(materialized.name, materialized, serdes);
    const own: StoreBuilder[] = stores.filter((entry) => typeof entry !== 'string');
    const uses = stores.filter((entry) => typeof entry === 'string');
    const parent = this.traits.operator;
    const versions = new VersionedInput();
    const { isVersioned } = versions;
    const operator = new TableMap<K, V, VR>({ parent, mapper, store, skipsAbsent, isVersioned });
    const versioned = materialized === undefined ? {} : { outputVersioned: isVersionedTable(materialized) };
    const node = new GraphNode(
      name,
      (graph, parents) =>
        writeProcessor(graph, {
          name,
          operator: operator.operator,
          parents,
          stores: [...own, ...operator.stores()],
          uses,
        }),
      { ...versions.traits, ...versioned },
    );
    context.plan.add(node, [this.traits.node]);
    const queryableStoreName = materialized?.name ?? null;
    return context.table<K, VR>({ name, node, ...serdes, origin: this.traits.origin, operator, queryableStoreName });
  }
}
