import type { Decoder, Fields } from './decode.ts';
import { anything, flag, integer, list, object, or, orNull, tagged, text, word } from './decode.ts';
import {
  aggregatorFunction,
  joinerFunction,
  keyFunction,
  literal,
  mergerFunction,
  pairFunction,
  pairsFunction,
  predicateFunction,
  reducerFunction,
  topicFunction,
  valueFunction,
  valuesFunction,
} from './function-decoders.ts';
import type {
  BufferSpec,
  DslStoreName,
  ExtractorName,
  JoinOp,
  JoinWindowSpec,
  MaterializedSpec,
  Op,
  StoreSpec,
  StreamJoinedSpec,
  TypeName,
  WindowSpec,
} from './ops.ts';
import { processorSpec } from './processors.ts';

export const typeName: Decoder<TypeName> = word('string', 'long', 'integer', 'double');
const dslStoreName: Decoder<DslStoreName> = word('inMemory', 'rocksDB');
export const extractorName: Decoder<ExtractorName> = word('failOnInvalid', 'logAndSkip', 'usePartitionTime', 'valueTs');

const id = orNull(text);
const named = { named: orNull(text) };
const name = { name: orNull(text) };
const behind = { id, from: text };

const source = {
  topic: orNull(text),
  topics: orNull(list(text)),
  key: or(typeName, 'string'),
  value: or(typeName, 'string'),
  extractor: orNull(extractorName),
};
const consumed = { id, ...source, ...named, reset: orNull(word('earliest', 'latest')) };

const materialized = {
  materialized: orNull(
    object<MaterializedSpec>({
      ...name,
      store: orNull(word('inMemory', 'persistent', 'persistentPlain', 'lru', 'versioned')),
      maxEntries: orNull(integer),
      historyMs: orNull(integer),
      segmentMs: orNull(integer),
      storeType: orNull(dslStoreName),
      retentionMs: orNull(integer),
      caching: orNull(flag),
      logging: orNull(flag),
    }),
  ),
};

const store: Fields<StoreSpec> = {
  name: text,
  kind: or(word('kv', 'timestampedKv', 'window', 'session', 'versioned'), 'kv'),
  key: or(typeName, 'string'),
  value: or(typeName, 'string'),
  store: or(word('inMemory', 'persistent'), 'inMemory'),
  retentionMs: or(integer, 0),
  windowMs: or(integer, 0),
  retainDuplicates: or(flag, false),
  historyMs: orNull(integer),
  segmentMs: orNull(integer),
  caching: or(flag, false),
  logging: or(flag, true),
};

const timeWindow = { sizeMs: integer, advanceMs: orNull(integer), graceMs: orNull(integer) };

const windowSpec = tagged<WindowSpec, 'type'>('type', {
  tumbling: timeWindow,
  hopping: timeWindow,
  sliding: { diffMs: integer, graceMs: orNull(integer) },
  session: { gapMs: integer, graceMs: orNull(integer) },
  unlimited: { startMs: or(integer, 0) },
});

const join: Fields<Omit<JoinOp, 'op'>> = {
  ...behind,
  ...named,
  ...materialized,
  with: text,
  joiner: joinerFunction,
  window: orNull(
    object<JoinWindowSpec>({
      beforeMs: or(integer, 0),
      afterMs: or(integer, 0),
      graceMs: orNull(integer),
      legacy: or(flag, false),
    }),
  ),
  streamJoined: orNull(
    object<StreamJoinedSpec>({
      ...name,
      storeName: orNull(text),
      logging: orNull(flag),
      thisStore: orNull(text),
      otherStore: orNull(text),
      storeType: orNull(dslStoreName),
    }),
  ),
  joined: orNull(object({ ...name, graceMs: orNull(integer) })),
  keyFn: orNull(keyFunction),
  fk: orNull(keyFunction),
  fkWithKey: or(flag, false),
  tableJoined: orNull(object(name)),
};

const buffer = orNull(
  object<BufferSpec>({
    maxRecords: orNull(integer),
    maxBytes: orNull(integer),
    full: orNull(word('emitEarly', 'shutDown')),
    logging: or(flag, true),
  }),
);

const filter = { ...behind, ...named, ...materialized, pred: predicateFunction };
const processed = { ...behind, ...named, processor: processorSpec, stores: or(list(text), []) };

export const op: Decoder<Op> = tagged<Op, 'op'>('op', {
  stream: consumed,
  table: { ...consumed, ...materialized },
  globalTable: { ...consumed, ...materialized },
  store,
  globalStore: { ...source, ...named, store: text },
  filter,
  filterNot: filter,
  mapValues: { ...behind, ...named, ...materialized, fn: valueFunction, withKey: orNull(flag) },
  transformValues: { ...behind, ...named, ...materialized, fn: valueFunction, counterStore: orNull(text) },
  map: { ...behind, ...named, fn: pairFunction },
  flatMap: { ...behind, ...named, fn: pairsFunction },
  flatMapValues: { ...behind, ...named, fn: valuesFunction },
  selectKey: { ...behind, ...named, fn: keyFunction },
  peek: { ...behind, ...named },
  foreach: { from: text, ...named },
  merge: { ...behind, ...named, with: text },
  split: {
    from: text,
    ...named,
    branches: list(object({ id, ...name, pred: predicateFunction })),
    default: orNull(object({ id, ...name })),
  },
  repartition: { ...behind, ...name, partitions: orNull(integer) },
  to: { from: text, ...named, topic: orNull(text), topicFn: orNull(topicFunction) },
  toTable: { ...behind, ...named, ...materialized },
  toStream: { ...behind, ...named, keyFn: orNull(keyFunction) },
  groupByKey: { ...behind, ...name },
  groupBy: { ...behind, ...name, fn: anything },
  windowedBy: { ...behind, window: windowSpec, emit: orNull(word('onWindowClose', 'onWindowUpdate')) },
  cogroup: { id, streams: list(object({ from: text, fn: aggregatorFunction })) },
  count: { ...behind, ...named, ...materialized },
  reduce: { ...behind, ...named, ...materialized, fn: reducerFunction, sub: orNull(reducerFunction) },
  aggregate: {
    ...behind,
    ...named,
    ...materialized,
    init: object({ type: or(typeName, 'string'), value: literal }),
    fn: orNull(aggregatorFunction),
    sub: orNull(aggregatorFunction),
    merger: orNull(mergerFunction),
  },
  suppress: {
    ...behind,
    ...name,
    untilWindowCloses: or(flag, false),
    untilTimeLimitMs: orNull(integer),
    buffer,
  },
  join,
  leftJoin: join,
  outerJoin: join,
  process: processed,
  processValues: processed,
  papiSource: { name: text, ...source },
  papiProcessor: { name: text, processor: processorSpec, parents: list(text) },
  papiStore: { ...store, processors: or(list(text), []) },
  papiSink: { name: text, topic: text, parents: list(text) },
});
