// The ops of the case language, section 4. What they do is in interpreter/ops.

import type {
  AggregatorFunction,
  JoinerFunction,
  KeyFunction,
  Literal,
  MergerFunction,
  PairFunction,
  PairsFunction,
  PredicateFunction,
  ReducerFunction,
  TopicFunction,
  ValueFunction,
  ValuesFunction,
} from './functions.ts';
import type { ProcessorSpec } from './processors.ts';

export type TypeName = 'string' | 'long' | 'integer' | 'double';
export type ExtractorName = 'failOnInvalid' | 'logAndSkip' | 'usePartitionTime' | 'valueTs';
export type DslStoreName = 'inMemory' | 'rocksDB';

interface Named {
  readonly named: string | null;
}

/** A node behind another. */
interface Behind {
  readonly id: string | null;
  readonly from: string;
}

interface Source {
  readonly topic: string | null;
  readonly topics: readonly string[] | null;
  readonly key: TypeName;
  readonly value: TypeName;
  readonly extractor: ExtractorName | null;
}

/** `materialized`: the store of a table. */
export interface MaterializedSpec {
  readonly name: string | null;
  readonly store: 'inMemory' | 'persistent' | 'persistentPlain' | 'lru' | 'versioned' | null;
  readonly maxEntries: number | null;
  readonly historyMs: number | null;
  readonly segmentMs: number | null;
  readonly storeType: DslStoreName | null;
  readonly retentionMs: number | null;
  readonly caching: boolean | null;
  readonly logging: boolean | null;
}

interface Stored {
  readonly materialized: MaterializedSpec | null;
}

/** A store that is added by itself. */
export interface StoreSpec {
  readonly name: string;
  readonly kind: 'kv' | 'timestampedKv' | 'window' | 'session' | 'versioned';
  readonly key: TypeName;
  readonly value: TypeName;
  readonly store: 'inMemory' | 'persistent';
  readonly retentionMs: number;
  readonly windowMs: number;
  readonly retainDuplicates: boolean;
  readonly historyMs: number | null;
  readonly segmentMs: number | null;
  readonly caching: boolean;
  readonly logging: boolean;
}

export type WindowSpec =
  | {
      readonly type: 'tumbling' | 'hopping';
      readonly sizeMs: number;
      readonly advanceMs: number | null;
      readonly graceMs: number | null;
    }
  | { readonly type: 'sliding'; readonly diffMs: number; readonly graceMs: number | null }
  | { readonly type: 'session'; readonly gapMs: number; readonly graceMs: number | null }
  | { readonly type: 'unlimited'; readonly startMs: number };

export interface JoinWindowSpec {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs: number | null;
  readonly legacy: boolean;
}

export interface StreamJoinedSpec {
  readonly name: string | null;
  readonly storeName: string | null;
  readonly logging: boolean | null;
  readonly thisStore: string | null;
  readonly otherStore: string | null;
  readonly storeType: DslStoreName | null;
}

export interface BufferSpec {
  readonly maxRecords: number | null;
  readonly maxBytes: number | null;
  readonly full: 'emitEarly' | 'shutDown' | null;
  readonly logging: boolean;
}

export interface BranchSpec {
  readonly id: string | null;
  readonly pred: PredicateFunction;
  readonly name: string | null;
}

export interface JoinOp extends Behind, Named, Stored {
  readonly op: 'join' | 'leftJoin' | 'outerJoin';
  readonly with: string;
  readonly joiner: JoinerFunction;
  readonly window: JoinWindowSpec | null;
  readonly streamJoined: StreamJoinedSpec | null;
  readonly joined: { readonly name: string | null; readonly graceMs: number | null } | null;
  readonly keyFn: KeyFunction | null;
  readonly fk: KeyFunction | null;
  readonly fkWithKey: boolean;
  readonly tableJoined: { readonly name: string | null } | null;
}

type SourceOp =
  | ({
      readonly op: 'stream';
      readonly id: string | null;
      readonly reset: 'earliest' | 'latest' | null;
    } & Source &
      Named)
  | ({
      readonly op: 'table' | 'globalTable';
      readonly id: string | null;
      readonly reset: 'earliest' | 'latest' | null;
    } & Source &
      Named &
      Stored)
  | ({ readonly op: 'store' } & StoreSpec)
  | ({ readonly op: 'globalStore'; readonly store: string } & Source & Named);

type StatelessOp =
  | ({ readonly op: 'filter' | 'filterNot'; readonly pred: PredicateFunction } & Behind & Named & Stored)
  | ({ readonly op: 'mapValues'; readonly fn: ValueFunction; readonly withKey: boolean | null } & Behind &
      Named &
      Stored)
  | ({ readonly op: 'transformValues'; readonly fn: ValueFunction; readonly counterStore: string | null } & Behind &
      Named &
      Stored)
  | ({ readonly op: 'map'; readonly fn: PairFunction } & Behind & Named)
  | ({ readonly op: 'flatMap'; readonly fn: PairsFunction } & Behind & Named)
  | ({ readonly op: 'flatMapValues'; readonly fn: ValuesFunction } & Behind & Named)
  | ({ readonly op: 'selectKey'; readonly fn: KeyFunction } & Behind & Named)
  | ({ readonly op: 'peek' } & Behind & Named)
  | ({ readonly op: 'foreach'; readonly from: string } & Named)
  | ({ readonly op: 'merge'; readonly with: string } & Behind & Named)
  | ({
      readonly op: 'split';
      readonly from: string;
      readonly branches: readonly BranchSpec[];
      readonly default: { readonly id: string | null; readonly name: string | null } | null;
    } & Named)
  | ({ readonly op: 'repartition'; readonly name: string | null; readonly partitions: number | null } & Behind)
  | ({
      readonly op: 'to';
      readonly from: string;
      readonly topic: string | null;
      readonly topicFn: TopicFunction | null;
    } & Named)
  | ({ readonly op: 'toTable' } & Behind & Named & Stored)
  | ({ readonly op: 'toStream'; readonly keyFn: KeyFunction | null } & Behind & Named);

type AggregationOp =
  | ({ readonly op: 'groupByKey'; readonly name: string | null } & Behind)
  | ({
      readonly op: 'groupBy';
      readonly name: string | null;
      /** Of a stream a key function, of a table a pair function: read when it is known which. */
      readonly fn: unknown;
    } & Behind)
  | ({
      readonly op: 'windowedBy';
      readonly window: WindowSpec;
      readonly emit: 'onWindowClose' | 'onWindowUpdate' | null;
    } & Behind)
  | {
      readonly op: 'cogroup';
      readonly id: string | null;
      readonly streams: readonly { readonly from: string; readonly fn: AggregatorFunction }[];
    }
  | ({ readonly op: 'count' } & Behind & Named & Stored)
  | ({ readonly op: 'reduce'; readonly fn: ReducerFunction; readonly sub: ReducerFunction | null } & Behind &
      Named &
      Stored)
  | ({
      readonly op: 'aggregate';
      readonly init: { readonly type: TypeName; readonly value: Literal };
      readonly fn: AggregatorFunction | null;
      readonly sub: AggregatorFunction | null;
      readonly merger: MergerFunction | null;
    } & Behind &
      Named &
      Stored)
  | ({
      readonly op: 'suppress';
      readonly untilWindowCloses: boolean;
      readonly untilTimeLimitMs: number | null;
      readonly buffer: BufferSpec | null;
      readonly name: string | null;
    } & Behind);

type ProcessorOp =
  | ({
      readonly op: 'process' | 'processValues';
      readonly processor: ProcessorSpec;
      readonly stores: readonly string[];
    } & Behind &
      Named)
  | ({ readonly op: 'papiSource'; readonly name: string } & Source)
  | {
      readonly op: 'papiProcessor';
      readonly name: string;
      readonly processor: ProcessorSpec;
      readonly parents: readonly string[];
    }
  | ({ readonly op: 'papiStore'; readonly processors: readonly string[] } & StoreSpec)
  | {
      readonly op: 'papiSink';
      readonly name: string;
      readonly topic: string;
      readonly parents: readonly string[];
    };

export type Op = SourceOp | StatelessOp | AggregationOp | JoinOp | ProcessorOp;

export type OpName = Op['op'];
