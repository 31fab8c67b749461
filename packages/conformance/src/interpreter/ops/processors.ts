import type { KeyValueStore, ValueTransformer } from '@millrace/stream-core';
import { valueMapper } from '../../functions/value.ts';
import { CaseError } from '../../language/decode.ts';
import { fixedKeyProcessorSupplier, forwardedValue, processorSupplier } from '../../processors/processor.ts';
import { stringType } from '../../types/type.ts';
import type { Cell } from '../../types/value.ts';
import type { Build } from '../build.ts';
import { wrongKind } from '../build.ts';
import type { Node, Types } from '../nodes.ts';
import type { OpHandlers, OpOf } from '../op-handler.ts';
import { extractorOf, given, named, optionallyMaterialized } from '../options.ts';
import { sourceTopics, storeBuilder } from './sources.ts';

const connected = (op: OpOf<'process'>) => ({ ...named(op), stores: op.stores });

/** A transformer that counts in a store how often each key was transformed, and says so behind the value. */
const countingTransformer = (
  store: string,
  transform: (key: Cell, value: Cell) => string,
): ValueTransformer<Cell, Cell, Cell> => {
  let counts: KeyValueStore<Cell, bigint> | null = null;
  return {
    init: (context) => {
      counts = context.getStateStore(store);
    },
    transform: (key, value) => {
      const text = transform(key, value);
      const count = (counts?.get(key) ?? 0n) + 1n;
      counts?.put(key, count);
      return `${text}#${count}`;
    },
  };
};

const transformValues = (op: OpOf<'transformValues'>, build: Build): void => {
  const from = build.table(op.from);
  const { type, apply } = valueMapper(op.fn, from);
  const { counterStore } = op;
  const value = counterStore === null ? type : stringType;
  const types = { key: from.key, value };
  const supplier = (): ValueTransformer<Cell, Cell, Cell> =>
    counterStore === null
      ? { transform: apply }
      : countingTransformer(counterStore, (key, old) => type.text(apply(key, old)));
  const options = {
    ...named(op),
    ...optionallyMaterialized(build, op.materialized, types),
    stores: counterStore === null ? [] : [counterStore],
  };
  build.add(op.id, { kind: 'table', table: from.table.transformValues(supplier, options), ...types });
};

/** The types of what a node of the plain Topology gets: those of its first parent. */
const parentTypes = (parents: readonly string[], build: Build): Types => {
  const first: Node | null = parents[0] === undefined ? null : build.node(parents[0]);
  if (first === null) throw new CaseError('a node has no parents');
  return first.kind === 'cogrouped' ? wrongKind(first.kind, first, 'a processor') : first;
};

const papiSource = (op: OpOf<'papiSource'>, build: Build): void => {
  const { topics, key, value } = sourceTopics(op, build);
  const options = {
    key: key.serde,
    value: value.serde,
    ...given({ timestampExtractor: extractorOf(op.extractor) }),
  };
  build.plain.addSource(op.name, topics, options);
  build.add(op.name, { kind: 'plain node', key, value });
};

export const processorOps: OpHandlers<
  'process' | 'processValues' | 'transformValues' | 'papiSource' | 'papiProcessor' | 'papiStore' | 'papiSink'
> = {
  process: (op, build) => {
    const from = build.stream(op.from);
    const supplier = processorSupplier(op.processor, { ...from, storeValue: build.storeValue });
    const stream = from.stream.process(supplier, connected(op));
    build.add(op.id, { ...from, stream, value: forwardedValue(op.processor, from.value) });
  },

  processValues: (op, build) => {
    const from = build.stream(op.from);
    const supplier = fixedKeyProcessorSupplier(op.processor, { ...from, storeValue: build.storeValue });
    const stream = from.stream.processValues(supplier, connected(op));
    build.add(op.id, { ...from, stream, value: forwardedValue(op.processor, from.value) });
  },

  transformValues,

  papiSource,

  papiProcessor: (op, build) => {
    const { key, value } = parentTypes(op.parents, build);
    const supplier = processorSupplier(op.processor, { key, value, storeValue: build.storeValue });
    build.plain.addProcessor(op.name, supplier, op.parents);
    build.add(op.name, { kind: 'plain node', key, value: forwardedValue(op.processor, value) });
  },

  papiStore: (op, build) => {
    build.plain.addStateStore(storeBuilder(op, build), op.processors);
  },

  papiSink: (op, build) => {
    const { key, value } = parentTypes(op.parents, build);
    build.plain.addSink(op.name, op.topic, { parents: op.parents, key: key.serde, value: value.serde });
  },
};
