import type { KStream, KTable } from '@millrace/stream-core';
import { keyMapper } from '../../functions/key.ts';
import { pairMapper, pairsMapper } from '../../functions/pair.ts';
import { predicate } from '../../functions/predicate.ts';
import { topicNamer } from '../../functions/topic.ts';
import { valueMapper } from '../../functions/value.ts';
import { valuesMapper } from '../../functions/values.ts';
import { CaseError } from '../../language/decode.ts';
import type { BranchSpec } from '../../language/ops.ts';
import type { Cell } from '../../types/value.ts';
import type { Build } from '../build.ts';
import { wrongKind } from '../build.ts';
import type { StreamNode } from '../nodes.ts';
import type { OpHandlers, OpOf } from '../op-handler.ts';
import { given, materializedWith, named, optionallyMaterialized } from '../options.ts';

const streamOrTable = (id: string, build: Build) => {
  const node = build.node(id);
  return node.kind === 'stream' || node.kind === 'table' ? node : wrongKind(id, node, 'a stream or table');
};

/** filter and filterNot, which streams and tables have alike. */
const filter = (op: OpOf<'filter'>, build: Build): void => {
  const from = streamOrTable(op.from, build);
  const test = predicate(op.pred, from.key, from.value);
  if (from.kind === 'stream') {
    const stream: KStream<Cell, Cell> = from.stream[op.op](test, named(op));
    build.add(op.id, { ...from, stream });
    return;
  }
  const options = { ...named(op), ...optionallyMaterialized(build, op.materialized, from) };
  const table: KTable<Cell, Cell> = from.table[op.op](test, options);
  build.add(op.id, { ...from, table });
};

const branchOptions = (
  { id, name }: Pick<BranchSpec, 'id' | 'name'>,
  { from, build }: { readonly from: StreamNode; readonly build: Build },
) => ({ ...given({ name }), withConsumer: (stream: KStream<Cell, Cell>) => build.add(id, { ...from, stream }) });

const split = (op: OpOf<'split'>, build: Build): void => {
  const from = build.stream(op.from);
  let branched = from.stream.split(named(op));
  for (const branch of op.branches) {
    const test = predicate(branch.pred, from.key, from.value);
    branched = branched.branch(test, branchOptions(branch, { from, build }));
  }
  if (op.default === null) branched.noDefaultBranch();
  else branched.defaultBranch(branchOptions(op.default, { from, build }));
};

const to = (op: OpOf<'to'>, build: Build): void => {
  const { stream, key, value } = build.stream(op.from);
  const options = { key: key.serde, value: value.serde, ...named(op) };
  if (op.topicFn !== null) stream.to(topicNamer(op.topicFn, key, value), options);
  else if (op.topic !== null) stream.to(op.topic, options);
  else throw new CaseError('to names no topic');
};

/** The ops that streams and tables share. */
const sharedOps: OpHandlers<'filter' | 'filterNot' | 'mapValues'> = {
  filter,
  filterNot: filter,

  mapValues: (op, build) => {
    const from = streamOrTable(op.from, build);
    const { type: value, apply } = valueMapper(op.fn, from);
    const isKeyed = op.withKey ?? op.fn.name === 'keyValue';
    const mapper = (old: Cell, key: Cell): Cell => apply(isKeyed ? key : null, old);
    if (from.kind === 'stream') {
      build.add(op.id, { ...from, value, stream: from.stream.mapValues(mapper, named(op)) });
      return;
    }
    const types = { key: from.key, value };
    const options = { ...named(op), ...optionallyMaterialized(build, op.materialized, types) };
    build.add(op.id, { ...from, value, table: from.table.mapValues(mapper, options) });
  },
};

/** The ops that change keys or multiply records. */
const mappingOps: OpHandlers<'map' | 'flatMap' | 'flatMapValues' | 'selectKey'> = {
  map: (op, build) => {
    const from = build.stream(op.from);
    const { key, value, apply } = pairMapper(op.fn, from.key, from.value);
    build.add(op.id, { kind: 'stream', stream: from.stream.map(apply, named(op)), key, value });
  },

  flatMap: (op, build) => {
    const from = build.stream(op.from);
    const { key, value, apply } = pairsMapper(op.fn, from.key, from.value);
    build.add(op.id, { kind: 'stream', stream: from.stream.flatMap(apply, named(op)), key, value });
  },

  flatMapValues: (op, build) => {
    const from = build.stream(op.from);
    const { type: value, apply } = valuesMapper(op.fn, from.key, from.value);
    const stream = from.stream.flatMapValues((old, key) => apply(key, old), named(op));
    build.add(op.id, { ...from, value, stream });
  },

  selectKey: (op, build) => {
    const from = build.stream(op.from);
    const { type: key, apply } = keyMapper(op.fn, from.key, from.value);
    build.add(op.id, { ...from, key, stream: from.stream.selectKey(apply, named(op)) });
  },
};

export const statelessOps: OpHandlers<
  | keyof typeof sharedOps
  | keyof typeof mappingOps
  | 'peek'
  | 'foreach'
  | 'merge'
  | 'split'
  | 'repartition'
  | 'to'
  | 'toTable'
  | 'toStream'
> = {
  ...sharedOps,
  ...mappingOps,

  peek: (op, build) => {
    const from = build.stream(op.from);
    build.add(op.id, { ...from, stream: from.stream.peek(() => undefined, named(op)) });
  },

  foreach: (op, build) => {
    build.stream(op.from).stream.foreach(() => undefined, named(op));
  },

  merge: (op, build) => {
    const from = build.stream(op.from);
    build.add(op.id, { ...from, stream: from.stream.merge(build.stream(op.with).stream, named(op)) });
  },

  split,

  repartition: (op, build) => {
    const from = build.stream(op.from);
    const { name, partitions } = op;
    const options = { key: from.key.serde, value: from.value.serde, ...given({ name, partitions }) };
    build.add(op.id, { ...from, stream: from.stream.repartition(options) });
  },

  to,

  toTable: (op, build) => {
    const { stream, key, value } = build.stream(op.from);
    const materialized = materializedWith(build, op.materialized, { key, value, serde: value.serde });
    build.add(op.id, { kind: 'table', table: stream.toTable({ ...named(op), materialized }), key, value });
  },

  toStream: (op, build) => {
    const { table, key, value } = build.table(op.from);
    if (op.keyFn === null) {
      build.add(op.id, { kind: 'stream', stream: table.toStream(named(op)), key, value });
      return;
    }
    const mapper = keyMapper(op.keyFn, key, value);
    build.add(op.id, { kind: 'stream', stream: table.toStream(mapper.apply, named(op)), key: mapper.type, value });
  },
};
