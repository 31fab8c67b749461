import { assert } from '../common/assert.ts';
import type { StreamRecord } from '../common/stream-record.ts';
import type { StoreBuilder } from '../state/state-store.ts';
import type { Operator, OperatorContext, OperatorSupplier } from './operator.ts';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from './processor.ts';
import { fixedKeyProcessorOperator, processorOperator } from './processor-operator.ts';

/**
 * Stands around every processor of a topology: those of the DSL and those of users, but none that keeps a global or
 * read-only store up to date. A processor that another one is put in front of sees the records and the context that
 * that one hands on; what is returned as it came stays as it is. Values of tables come as the DSL has them inside.
 *
 * Records become objects for processors that are wrapped, which costs time.
 *
 * @see KIP-1112, `org.apache.kafka.streams.processor.api.ProcessorWrapper`, `processor.wrapper.class`
 */
export interface ProcessorWrapper {
  /** Called once for each processor when the topology is built; `stores` of what it returns are added and connected. */
  wrapProcessor?<KIn, VIn, KOut, VOut>(
    name: string,
    supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
  ): ProcessorSupplier<KIn, VIn, KOut, VOut>;
  /** The same for processors that cannot change keys. */
  wrapFixedKeyProcessor?<K, VIn, VOut>(
    name: string,
    supplier: FixedKeyProcessorSupplier<K, VIn, VOut>,
  ): FixedKeyProcessorSupplier<K, VIn, VOut>;
}

type AnyOperator = OperatorSupplier<unknown, unknown, unknown, unknown>;

/** The operator of a processor as a wrapper wants it, and the stores that it brings along. */
export interface WrappedOperator {
  readonly operator: AnyOperator;
  readonly stores: readonly StoreBuilder[];
}

/** Wraps the operator of a node. */
export const wrapOperator = (name: string, operator: AnyOperator, wrapper: ProcessorWrapper): WrappedOperator => {
  const { origin } = operator;
  return origin?.kind === 'fixedKey' ? wrapFixedKey(name, operator, wrapper) : wrapAny(name, operator, wrapper);
};

const wrapAny = (name: string, operator: AnyOperator, wrapper: ProcessorWrapper): WrappedOperator => {
  const own = operator.origin?.kind === 'processor' ? operator.origin.supplier : null;
  const inner = new InnerOperator(operator);
  const given: ProcessorSupplier<unknown, unknown, unknown, unknown> =
    own ?? (() => inner.processor((context, record, child) => context.forward(record, child)));
  const wrapped = wrapper.wrapProcessor?.(name, given) ?? given;
  const stores = wrapped.stores?.() ?? [];
  if (wrapped === given) return { operator, stores };
  const outer = processorOperator(wrapped);
  return { operator: own === null ? inner.within(outer) : outer, stores };
};

const wrapFixedKey = (name: string, operator: AnyOperator, wrapper: ProcessorWrapper): WrappedOperator => {
  const own = operator.origin?.kind === 'fixedKey' ? operator.origin.supplier : null;
  const inner = new InnerOperator(operator);
  const given: FixedKeyProcessorSupplier<unknown, unknown, unknown> =
    own ?? (() => inner.processor((context, record, child) => context.forward(record, child)));
  const wrapped = wrapper.wrapFixedKeyProcessor?.(name, given) ?? given;
  const stores = wrapped.stores?.() ?? [];
  if (wrapped === given) return { operator, stores };
  const outer = fixedKeyProcessorOperator(wrapped);
  return { operator: own === null ? inner.within(outer) : outer, stores };
};

type Node = OperatorContext<unknown, unknown>;

interface Forwarding {
  forward(record: StreamRecord<unknown, unknown>, child?: string): void;
}

type Forward = (context: Forwarding, record: StreamRecord<unknown, unknown>, child?: string) => void;

interface InnerProcessor {
  init(context: Forwarding): void;
  process(record: StreamRecord<unknown, unknown>): void;
  close(): void;
}

/** An operator of the DSL as a processor, for somebody to put another one in front of it. */
class InnerOperator {
  readonly #operator: AnyOperator;
  /** The node that is being opened: its processor is made in the meantime. */
  #opening: Node | null = null;
  #opened: Operator<unknown, unknown> | null = null;

  constructor(operator: AnyOperator) {
    this.#operator = operator;
  }

  /** The operator of the node around it all. */
  within(outer: AnyOperator): AnyOperator {
    return (node) => {
      const operator = this.#whileOpening(node, () => outer(node));
      const opened = this.#opened;
      return { ...operator, advanceTime: (timestamp) => opened?.advanceTime?.(timestamp) };
    };
  }

  #whileOpening<T>(node: Node, open: () => T): T {
    this.#opening = node;
    this.#opened = null;
    try {
      return open();
    } finally {
      this.#opening = null;
    }
  }

  processor(forward: Forward): InnerProcessor {
    const node = this.#opening;
    assert(node !== null, 'the supplier of a wrapped processor is called when its node is opened');
    let operator: Operator<unknown, unknown> | null = null;
    return {
      init: (context) => {
        operator = this.#operator(contextOf(node, (record, child) => forward(context, record, child)));
        this.#opened = operator;
      },
      process: ({ key, value, timestamp, headers }) => {
        const record = node.record.current;
        const [outerTimestamp, outerHeaders] = [record.timestamp, record.headers];
        record.timestamp = timestamp;
        record.headers = headers ?? outerHeaders;
        try {
          operator?.process(key, value, timestamp);
        } finally {
          record.timestamp = outerTimestamp;
          record.headers = outerHeaders;
        }
      },
      close: () => operator?.close?.(),
    };
  }
}

/** The context of a node, with what is forwarded going through somebody else's hands. */
const contextOf = (
  node: Node,
  forward: (record: StreamRecord<unknown, unknown>, child?: string) => void,
): OperatorContext<unknown, unknown> => {
  const send = (key: unknown, value: unknown, timestamp: number, child?: string): void =>
    forward({ key, value, timestamp, headers: node.record.current.headers }, child);
  return {
    applicationId: node.applicationId,
    taskId: node.taskId,
    nodeName: node.nodeName,
    record: node.record,
    emitIntervalMs: node.emitIntervalMs,
    emitTime: (name) => node.emitTime(name),
    forward: (key, value, timestamp) => send(key, value, timestamp),
    forwardTo: (child, key, value, timestamp) => send(key, value, timestamp, child),
    store: (name) => node.store(name),
    isGlobalStore: (name) => node.isGlobalStore(name),
    serde: (part) => node.serde(part),
    operatorTime: (name) => node.operatorTime(name),
    schedule: (intervalMs, type, punctuator) => node.schedule(intervalMs, type, punctuator),
    requestCommit: () => node.requestCommit(),
    streamTimeMs: () => node.streamTimeMs(),
    systemTimeMs: () => node.systemTimeMs(),
    drop: (reason) => node.drop(reason),
  };
};
