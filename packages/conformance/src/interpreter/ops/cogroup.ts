import type { Initializer, MaterializedAs } from '@millrace/stream-core';
import { aggregator } from '../../functions/aggregator.ts';
import { merger } from '../../functions/merger.ts';
import { CaseError } from '../../language/decode.ts';
import type { Type } from '../../types/type.ts';
import { typeOf } from '../../types/type.ts';
import type { Cell } from '../../types/value.ts';
import type { Build } from '../build.ts';
import { wrongKind } from '../build.ts';
import type { CogroupedNode } from '../nodes.ts';
import type { OpHandlers, OpOf } from '../op-handler.ts';
import { materializedWith, named } from '../options.ts';
import { defaultRetentionMs, windowedKey, windowsOf } from './windows.ts';

const streamsOf = (op: OpOf<'cogroup'>, build: Build) =>
  op.streams.map(({ from, fn }) => {
    const node = build.node(from);
    if (node.kind !== 'grouped stream') return wrongKind(from, node, 'a grouped stream');
    const { grouped, key, value } = node;
    return { grouped, key, made: (aggregate: Type) => aggregator(fn, { key, value, aggregate }) };
  });

/** The table that cogrouped streams are aggregated into. */
export const aggregateCogrouped = (op: OpOf<'aggregate'>, from: CogroupedNode, build: Build): void => {
  const { key, window } = from;
  const value = typeOf(op.init.type);
  const materialized = materializedWith(build, op.materialized, { key, value, serde: value.serde });
  const options: MaterializedAs<Cell, Cell> = { ...named(op), materialized };
  const first = value.parse(op.init.value);
  const initializer: Initializer<Cell> = () => first;
  const cogrouped = from.cogrouped(value);
  if (window === null) {
    build.add(op.id, { kind: 'table', table: cogrouped.aggregate(initializer, options), key, value });
    return;
  }
  const retentionMs = op.materialized?.retentionMs ?? defaultRetentionMs(window);
  build.retentions.push({ store: op.materialized?.name ?? null, retentionMs });
  const windows = windowsOf(window);
  const table = () => {
    if (windows.kind !== 'session') return cogrouped.windowedBy(windows).aggregate(initializer, options);
    if (op.merger === null) throw new CaseError('merger is missing');
    return cogrouped.windowedBy(windows).aggregate(initializer, merger(op.merger, value), options);
  };
  build.addWindowed(op.id, { table: table(), key: windowedKey(key, window), value });
};

export const cogroupOps: OpHandlers<'cogroup'> = {
  cogroup: (op, build) => {
    const [first, ...others] = streamsOf(op, build);
    if (first === undefined) throw new CaseError('a cogroup needs a stream');
    build.add(op.id, {
      kind: 'cogrouped',
      key: first.key,
      window: null,
      cogrouped: (aggregate) => {
        const cogrouped = first.grouped.cogroup<Cell>(first.made(aggregate));
        for (const { grouped, made } of others) cogrouped.cogroup(grouped, made(aggregate));
        return cogrouped;
      },
    });
  },
};
