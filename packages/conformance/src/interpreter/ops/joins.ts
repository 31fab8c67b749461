import type { JoinStore, JoinWindows, KStream, KTable, StreamJoined } from '@millrace/stream-core';
import { joinWindows, legacyJoinWindows } from '@millrace/stream-core';
import { valueJoiner } from '../../functions/joiner.ts';
import { keyMapper } from '../../functions/key.ts';
import { CaseError } from '../../language/decode.ts';
import type { KeyFunction } from '../../language/functions.ts';
import type { JoinWindowSpec } from '../../language/ops.ts';
import type { Cell } from '../../types/value.ts';
import type { Build } from '../build.ts';
import type { GlobalTableNode, StreamNode, TableNode } from '../nodes.ts';
import type { OpHandlers, OpOf } from '../op-handler.ts';
import { given, isPersistent, materializedWith, named, optionallyMaterialized } from '../options.ts';

type JoinOp = OpOf<'join'>;

const windowsOf = (spec: JoinWindowSpec | null): JoinWindows => {
  const { beforeMs, afterMs, graceMs, legacy } = spec ?? { beforeMs: 0, afterMs: 0, graceMs: null, legacy: false };
  const timeDifference = Math.max(Math.abs(beforeMs), Math.abs(afterMs));
  const options = { timeDifference, before: beforeMs, after: afterMs, ...given({ grace: graceMs }) };
  return legacy ? legacyJoinWindows(options) : joinWindows(options);
};

const inMemoryStore = (name: string | null): JoinStore | null => (name === null ? null : { name, persistent: false });

const streamJoined = (op: JoinOp, left: StreamNode, right: StreamNode): StreamJoined<Cell, Cell, Cell> => {
  const serdes = { key: left.key.serde, value: left.value.serde, otherValue: right.value.serde };
  const spec = op.streamJoined;
  if (spec === null) return serdes;
  const { name, storeName, logging, storeType } = spec;
  return {
    ...serdes,
    ...given({
      name,
      storeName,
      logging,
      thisStore: inMemoryStore(spec.thisStore),
      otherStore: inMemoryStore(spec.otherStore),
      persistent: isPersistent(storeType),
    }),
  };
};

/** Remembers how long the records of a join can be read. */
const noteRetention = ({ beforeMs, afterMs, graceMs }: JoinWindows, op: JoinOp, build: Build): void => {
  const retentionMs = beforeMs + afterMs + graceMs;
  const own = [op.streamJoined?.thisStore ?? null, op.streamJoined?.otherStore ?? null];
  for (const store of own) build.retentions.push({ store, retentionMs });
};

const joinStreams = (op: JoinOp, build: Build, sides: { readonly left: StreamNode; readonly right: StreamNode }) => {
  const { left, right } = sides;
  const { type: value, apply } = valueJoiner(op.joiner, { key: left.key, left: left.value, right: right.value });
  const windows = windowsOf(op.window);
  noteRetention(windows, op, build);
  const options = streamJoined(op, left, right);
  const join = (): KStream<Cell, Cell> => {
    switch (op.op) {
      case 'join':
        return left.stream.join<Cell, Cell>(right.stream, apply, windows, options);
      case 'leftJoin':
        return left.stream.leftJoin<Cell, Cell>(right.stream, apply, windows, options);
      case 'outerJoin':
        return left.stream.outerJoin<Cell, Cell>(right.stream, apply, windows, options);
    }
  };
  build.add(op.id, { kind: 'stream', stream: join(), key: left.key, value });
};

const joinTable = (op: JoinOp, build: Build, sides: { readonly left: StreamNode; readonly right: TableNode }) => {
  const { left, right } = sides;
  const { type: value, apply } = valueJoiner(op.joiner, { key: left.key, left: left.value, right: right.value });
  const { name = null, graceMs: grace = null } = op.joined ?? {};
  const options = { key: left.key.serde, value: left.value.serde, ...given({ name, grace }) };
  const join = (): KStream<Cell, Cell> => {
    switch (op.op) {
      case 'join':
        return left.stream.join<Cell, Cell>(right.table, apply, options);
      case 'leftJoin':
        return left.stream.leftJoin<Cell, Cell>(right.table, apply, options);
      case 'outerJoin':
        throw new CaseError('a stream and a table have no outerJoin');
    }
  };
  build.add(op.id, { kind: 'stream', stream: join(), key: left.key, value });
};

const joinGlobalTable = (
  op: JoinOp,
  build: Build,
  sides: { readonly left: StreamNode; readonly right: GlobalTableNode },
) => {
  const { left, right } = sides;
  const { type: value, apply } = valueJoiner(op.joiner, { key: left.key, left: left.value, right: right.value });
  const key = keyMapper(op.keyFn ?? { name: 'key' }, left.key, left.value).apply;
  const join = (): KStream<Cell, Cell> => {
    switch (op.op) {
      case 'join':
        return left.stream.join<Cell, Cell, Cell>(right.table, key, apply, named(op));
      case 'leftJoin':
        return left.stream.leftJoin<Cell, Cell, Cell>(right.table, key, apply, named(op));
      case 'outerJoin':
        throw new CaseError('a stream and a global table have no outerJoin');
    }
  };
  build.add(op.id, { kind: 'stream', stream: join(), key: left.key, value });
};

/** Joiners of tables are called without the key. */
const joinTables = (op: JoinOp, build: Build, sides: { readonly left: TableNode; readonly right: TableNode }) => {
  const { left, right } = sides;
  const { type: value, apply } = valueJoiner(op.joiner, { key: null, left: left.value, right: right.value });
  const types = { key: left.key, value };
  const options = { ...named(op), ...optionallyMaterialized(build, op.materialized, types) };
  const join = (): KTable<Cell, Cell> => {
    switch (op.op) {
      case 'join':
        return left.table.join<Cell, Cell>(right.table, apply, options);
      case 'leftJoin':
        return left.table.leftJoin<Cell, Cell>(right.table, apply, options);
      case 'outerJoin':
        return left.table.outerJoin<Cell, Cell>(right.table, apply, options);
    }
  };
  build.add(op.id, { kind: 'table', table: join(), ...types });
};

const joinOnForeignKey = (
  op: JoinOp,
  build: Build,
  { left, right, fk }: { readonly left: TableNode; readonly right: TableNode; readonly fk: KeyFunction },
) => {
  const { type: value, apply } = valueJoiner(op.joiner, { key: null, left: left.value, right: right.value });
  const extractor = keyMapper(fk, left.key, left.value).apply;
  // Without `fkWithKey` the extractor of the case gets the value alone.
  const foreignKey = (cell: Cell, key: Cell): Cell => extractor(op.fkWithKey ? key : null, cell);
  const types = { key: left.key, value };
  const materialized = materializedWith(build, op.materialized, { ...types, serde: value.serde });
  const options = { ...given({ name: op.tableJoined?.name ?? null }), materialized };
  const join = (): KTable<Cell, Cell> => {
    switch (op.op) {
      case 'join':
        return left.table.join<Cell, Cell, Cell>(right.table, foreignKey, apply, options);
      case 'leftJoin':
        return left.table.leftJoin<Cell, Cell, Cell>(right.table, foreignKey, apply, options);
      case 'outerJoin':
        throw new CaseError('there is no outer join by foreign key');
    }
  };
  build.add(op.id, { kind: 'table', table: join(), ...types });
};

/** The kinds of the two nodes decide the kind of the join. */
const join = (op: JoinOp, build: Build): void => {
  const left = build.node(op.from);
  const right = build.node(op.with);
  if (left.kind === 'stream' && right.kind === 'stream') joinStreams(op, build, { left, right });
  else if (left.kind === 'stream' && right.kind === 'table') joinTable(op, build, { left, right });
  else if (left.kind === 'stream' && right.kind === 'global table') joinGlobalTable(op, build, { left, right });
  else if (left.kind === 'table' && right.kind === 'table' && op.fk !== null)
    joinOnForeignKey(op, build, { left, right, fk: op.fk });
  else if (left.kind === 'table' && right.kind === 'table') joinTables(op, build, { left, right });
  else throw new CaseError(`there is no ${op.op} of a ${left.kind} with a ${right.kind}`);
};

export const joinOps: OpHandlers<'join' | 'leftJoin' | 'outerJoin'> = {
  join,
  leftJoin: join,
  outerJoin: join,
};
