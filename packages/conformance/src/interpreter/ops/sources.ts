import type { Consumed, KeyValueStore, Processor, StoreBuilder } from '@millrace/stream-core';
import { stores } from '@millrace/stream-core';
import { CaseError } from '../../language/decode.ts';
import type { StoreSpec } from '../../language/ops.ts';
import { typeOf } from '../../types/type.ts';
import type { Cell } from '../../types/value.ts';
import type { Build } from '../build.ts';
import type { Types } from '../nodes.ts';
import type { OpHandlers, OpOf } from '../op-handler.ts';
import { extractorOf, given, optionallyMaterialized, versionedOf } from '../options.ts';

type SourceOp = OpOf<'stream'> | OpOf<'table'> | OpOf<'globalTable'> | OpOf<'globalStore'> | OpOf<'papiSource'>;

/** The topics of a source; their types are remembered for the input. */
export const sourceTopics = (op: SourceOp, build: Build): { readonly topics: readonly string[] } & Types => {
  const types = { key: typeOf(op.key), value: typeOf(op.value) };
  const topics = op.topics ?? (op.topic === null ? [] : [op.topic]);
  if (topics.length === 0) throw new CaseError(`${op.op} names no topic`);
  for (const topic of topics) build.inputs.set(topic, types);
  return { topics, ...types };
};

const consumed = (
  op: OpOf<'stream'> | OpOf<'table'> | OpOf<'globalTable'>,
  { key, value }: Types,
): Consumed<Cell, Cell> => ({
  key: key.serde,
  value: value.serde,
  ...given({ name: op.named, timestampExtractor: extractorOf(op.extractor), offsetReset: op.reset }),
});

/** A store that is added by itself. @throws UnsupportedError */
export const storeBuilder = (spec: StoreSpec, build: Build): StoreBuilder => {
  const { name, caching, logging, retainDuplicates } = spec;
  const value = typeOf(spec.value);
  build.addStore(name, value);
  const options = {
    name,
    caching,
    logging,
    key: typeOf(spec.key).serde,
    value: value.serde,
    persistent: spec.store === 'persistent',
  };
  switch (spec.kind) {
    case 'kv':
      return stores.keyValueStore(options);
    case 'timestampedKv':
      return stores.timestampedKeyValueStore(options);
    case 'window': {
      const { retentionMs, windowMs } = spec;
      build.retentions.push({ store: name, retentionMs });
      return stores.windowStore({ ...options, retainDuplicates, retention: retentionMs, windowSize: windowMs });
    }
    case 'session':
      return stores.sessionStore({ ...options, retention: spec.retentionMs });
    case 'versioned':
      build.retentions.push({ store: name, retentionMs: spec.historyMs ?? 0 });
      return stores.versionedKeyValueStore({ ...options, ...versionedOf(spec), persistent: true });
  }
};

/** Puts each record whose key is not null into a store. */
const putting = (name: string): Processor<Cell, Cell, never, never> => {
  let store: KeyValueStore<Cell, Cell> | null = null;
  return {
    init: (context) => {
      store = context.getStateStore(name);
    },
    process: ({ key, value }) => {
      if (key !== null) store?.put(key, value);
    },
  };
};

export const sourceOps: OpHandlers<'stream' | 'table' | 'globalTable' | 'store' | 'globalStore'> = {
  stream: (op, build) => {
    const { topics, ...types } = sourceTopics(op, build);
    build.add(op.id, { kind: 'stream', stream: build.builder.stream(topics, consumed(op, types)), ...types });
  },

  table: (op, build) => {
    const { topics, ...types } = sourceTopics(op, build);
    const options = { ...consumed(op, types), ...optionallyMaterialized(build, op.materialized, types) };
    build.add(op.id, { kind: 'table', table: build.builder.table(String(topics[0]), options), ...types });
  },

  globalTable: (op, build) => {
    const { topics, ...types } = sourceTopics(op, build);
    const options = { ...consumed(op, types), ...optionallyMaterialized(build, op.materialized, types) };
    const table = build.builder.globalTable(String(topics[0]), options);
    build.addStore(table.queryableStoreName, types.value);
    build.add(op.id, { kind: 'global table', table, ...types });
  },

  store: (op, build) => {
    build.builder.addStateStore(storeBuilder(op, build));
  },

  globalStore: (op, build) => {
    const { topics, key, value } = sourceTopics(op, build);
    build.addStore(op.store, value);
    const serdes = { key: key.serde, value: value.serde };
    const builder = stores.keyValueStore<Cell, Cell>({ ...serdes, name: op.store, persistent: false, logging: false });
    const options = { ...serdes, ...given({ name: op.named, timestampExtractor: extractorOf(op.extractor) }) };
    build.builder.addGlobalStore<Cell, Cell>(builder, String(topics[0]), options, () => putting(op.store));
  },
};
