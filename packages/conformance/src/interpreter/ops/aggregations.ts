import type { Initializer, KTable, MaterializedAs, Serde, Suppressed, Windowed } from '@millrace/stream-core';
import { serdes, untilTimeLimit, untilWindowCloses } from '@millrace/stream-core';
import type { AggregatorTypes, CellAggregator } from '../../functions/aggregator.ts';
import { aggregator } from '../../functions/aggregator.ts';
import { keyMapper } from '../../functions/key.ts';
import { merger } from '../../functions/merger.ts';
import { pairMapper } from '../../functions/pair.ts';
import type { CellReducer } from '../../functions/reducer.ts';
import { reducer } from '../../functions/reducer.ts';
import { CaseError } from '../../language/decode.ts';
import { keyFunction, pairFunction } from '../../language/function-decoders.ts';
import type { AggregatorFunction } from '../../language/functions.ts';
import type { WindowSpec } from '../../language/ops.ts';
import type { Type } from '../../types/type.ts';
import { longType, typeOf } from '../../types/type.ts';
import type { Cell } from '../../types/value.ts';
import type { Build } from '../build.ts';
import { wrongKind } from '../build.ts';
import type { Types } from '../nodes.ts';
import type { OpHandlers, OpOf } from '../op-handler.ts';
import { given, materializedWith, named } from '../options.ts';
import { aggregateCogrouped, cogroupOps } from './cogroup.ts';
import { defaultRetentionMs, windowedKey, windowedOps } from './windows.ts';

type AggregationOp = OpOf<'count'> | OpOf<'reduce'> | OpOf<'aggregate'>;

const aggregatable = (id: string, build: Build) => {
  const node = build.node(id);
  switch (node.kind) {
    case 'grouped stream':
    case 'grouped table':
    case 'windowed stream':
    case 'session stream':
      return node;
    default:
      return wrongKind(id, node, 'something grouped');
  }
};

/** To the interpreter a windowed key is a key like others. */
type CellTable = KTable<Cell, Cell>;
type WindowedTable = KTable<Windowed<Cell>, Cell>;
type Aggregatable = ReturnType<typeof aggregatable>;

/** Remembers how long a windowed table can be read. */
const noteRetention = (op: AggregationOp, window: WindowSpec, build: Build): void => {
  const retentionMs = op.materialized?.retentionMs ?? defaultRetentionMs(window);
  build.retentions.push({ store: op.materialized?.name ?? null, retentionMs });
};

/** The name of an aggregation and the options of its store. */
const optionsOf = <V extends Cell>(
  op: AggregationOp,
  build: Build,
  { from, value, serde }: { readonly from: Aggregatable; readonly value: Type; readonly serde: Serde<V> },
): MaterializedAs<Cell, V> => {
  if ('window' in from) noteRetention(op, from.window, build);
  return { ...named(op), materialized: materializedWith(build, op.materialized, { key: from.key, value, serde }) };
};

/** Adds the table that an aggregation makes. */
const addTable = (
  op: AggregationOp,
  build: Build,
  { from, table, value }: { readonly from: Aggregatable; readonly table: CellTable; readonly value: Type },
): void => {
  const key = 'window' in from ? windowedKey(from.key, from.window) : from.key;
  build.add(op.id, { kind: 'table', table, key, value });
};

const needed = <T>(fn: T | null, what: string): T => {
  if (fn === null) throw new CaseError(`${what} is missing`);
  return fn;
};

/** The library counts in numbers: the store has their serde, and the type of the node takes them for longs. */
const count = (op: OpOf<'count'>, build: Build): void => {
  const from = aggregatable(op.from, build);
  const options = optionsOf(op, build, { from, value: longType, serde: serdes.long() });
  const table = 'window' in from ? from.windowed.count(options) : from.grouped.count(options);
  addTable(op, build, { from, table: table as CellTable, value: longType });
};

const reduce = (op: OpOf<'reduce'>, build: Build): void => {
  const from = aggregatable(op.from, build);
  const { value } = from;
  const options = optionsOf(op, build, { from, value, serde: value.serde });
  const add: CellReducer = reducer(op.fn, value);
  const table = (): CellTable | WindowedTable => {
    switch (from.kind) {
      case 'grouped stream':
        return from.grouped.reduce(add, options);
      case 'windowed stream':
      case 'session stream':
        return from.windowed.reduce(add, options);
      case 'grouped table':
        return from.grouped.reduce(add, reducer(needed(op.sub, 'sub'), value), options);
    }
  };
  addTable(op, build, { from, table: table() as CellTable, value });
};

const aggregate = (op: OpOf<'aggregate'>, build: Build): void => {
  const cogrouped = build.node(op.from);
  if (cogrouped.kind === 'cogrouped') {
    aggregateCogrouped(op, cogrouped, build);
    return;
  }
  const from = aggregatable(op.from, build);
  const value = typeOf(op.init.type);
  const options = optionsOf(op, build, { from, value, serde: value.serde });
  const types: AggregatorTypes = { key: from.key, value: from.value, aggregate: value };
  const made = (fn: AggregatorFunction | null, what: string): CellAggregator => aggregator(needed(fn, what), types);
  const first = value.parse(op.init.value);
  const initializer: Initializer<Cell> = () => first;
  const table = (): CellTable | WindowedTable => {
    switch (from.kind) {
      case 'grouped stream':
        return from.grouped.aggregate(initializer, made(op.fn, 'fn'), options);
      case 'windowed stream':
        return from.windowed.aggregate(initializer, made(op.fn, 'fn'), options);
      case 'session stream': {
        const merge = merger(needed(op.merger, 'merger'), value);
        return from.windowed.aggregate(initializer, made(op.fn, 'fn'), merge, options);
      }
      case 'grouped table':
        return from.grouped.aggregate(initializer, made(op.fn, 'fn'), made(op.sub, 'sub'), options);
    }
  };
  addTable(op, build, { from, table: table() as CellTable, value });
};

const groupedOptions = ({ key, value }: Types, name: string | null) => ({
  key: key.serde,
  value: value.serde,
  ...given({ name }),
});

/** A case may wait for windows where there are none, so the types say nothing about its keys. */
const suppressedOf = (op: OpOf<'suppress'>): Suppressed<Cell> => {
  const { untilWindowCloses: isFinal, untilTimeLimitMs, buffer, name } = op;
  const { maxRecords = null, maxBytes = null, full = null, logging = true } = buffer ?? {};
  const bounds = { logging, ...given({ maxRecords, maxBytes }) };
  return isFinal
    ? (untilWindowCloses({ buffer: bounds, ...given({ name }) }) as Suppressed<Cell>)
    : untilTimeLimit({
        timeLimit: needed(untilTimeLimitMs, 'untilTimeLimitMs'),
        buffer: { ...bounds, ...given({ whenFull: full }) },
        ...given({ name }),
      });
};

const groupBy = (op: OpOf<'groupBy'>, build: Build): void => {
  const from = build.node(op.from);
  if (from.kind === 'stream') {
    const { type: key, apply } = keyMapper(keyFunction(op.fn, 'groupBy.fn'), from.key, from.value);
    const types = { key, value: from.value };
    const grouped = from.stream.groupBy(apply, groupedOptions(types, op.name));
    build.add(op.id, { kind: 'grouped stream', grouped, ...types });
    return;
  }
  const { table, ...old } = build.table(op.from);
  const { key, value, apply } = pairMapper(pairFunction(op.fn, 'groupBy.fn'), old.key, old.value);
  const grouped = table.groupBy(apply, groupedOptions({ key, value }, op.name));
  build.add(op.id, { kind: 'grouped table', grouped, key, value });
};

export const aggregationOps: OpHandlers<
  'groupByKey' | 'groupBy' | 'windowedBy' | 'cogroup' | 'count' | 'reduce' | 'aggregate' | 'suppress'
> = {
  ...windowedOps,
  ...cogroupOps,

  groupByKey: (op, build) => {
    const { stream, key, value } = build.stream(op.from);
    const grouped = stream.groupByKey(groupedOptions({ key, value }, op.name));
    build.add(op.id, { kind: 'grouped stream', grouped, key, value });
  },

  groupBy,
  count,
  reduce,
  aggregate,

  suppress: (op, build) => {
    const { table, ...types } = build.table(op.from);
    build.add(op.id, { ...types, table: table.suppress(suppressedOf(op)) });
  },
};
