import type { RecordSlot } from '../common/record-context.ts';
import type { TaskId } from '../common/task-id.ts';
import type { Serde } from '../serdes/serde.ts';
import type { StateStore } from '../state/state-store.ts';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from './processor.ts';
import type { Cancellable, PunctuationType, Punctuator } from './punctuator.ts';

/** Why a record or update did not go on; each is counted. */
export type DropReason =
  | 'null_key'
  | 'null_value'
  | 'expired_window'
  | 'deserialization'
  | 'timestamp'
  | 'handler'
  | 'late'
  | 'stale_response';

/** The largest timestamp that an operator has seen. It is committed with the offsets and survives a failover. */
export interface OperatorTime {
  /** Epoch ms; -1 before the first record. */
  readonly ms: number;
  /** Moves forward to `timestamp` if that is later, and returns where it is then. */
  advance(timestamp: number): number;
}

/**
 * The body of a node. Key, value and timestamp come as arguments, what else belongs to the record lies in the slot of
 * the context: no object is made a record.
 */
export interface Operator<KIn, VIn> {
  process(key: KIn, value: VIn, timestamp: number): void;
  /** Time has come to `timestamp` without a record, because the sources are idle: what waits for time may go on. */
  advanceTime?(timestamp: number): void;
  close?(): void;
}

/** A serde and the topic that it is told. */
export interface TopicSerde<T> {
  readonly serde: Serde<T>;
  readonly topic: string;
}

/** What an operator gets from its node and task. */
export interface OperatorContext<KOut, VOut> {
  readonly applicationId: string;
  readonly taskId: TaskId;
  /** The name of the node. */
  readonly nodeName: string;
  /** Where the record in hand came from, and its headers. */
  readonly record: RecordSlot;
  /** Hands a record to all children. */
  forward(key: KOut, value: VOut, timestamp: number): void;
  /** Hands a record to the child of that name. */
  forwardTo(child: string, key: KOut, value: VOut, timestamp: number): void;
  /** A store that the node is connected to, or a global store. @throws StreamsError STORE_NOT_CONNECTED */
  store<S extends StateStore>(name: string): S;
  /** Whether a store is global, and so only to be read. */
  isGlobalStore(name: string): boolean;
  /** A serde that the operator uses itself, by the name under which its node was given one. */
  serde<T>(part: string): TopicSerde<T>;
  /** The time of this operator under a name that is unique in the topology and never changes. */
  operatorTime(name: string): OperatorTime;
  /**
   * The close time up to which the windows of a store were emitted, where that is done on their close. It is committed
   * under the name of the store, which is where Kafka Streams has it.
   */
  emitTime(store: string): OperatorTime;
  schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable;
  requestCommit(): void;
  streamTimeMs(): number;
  systemTimeMs(): number;
  /** Counts a record that goes no further. */
  drop(reason: DropReason): void;
  /** The least wall-clock time between two emissions of held-back results; 0 emits as soon as it is known. */
  readonly emitIntervalMs: number;
}

/** Where an operator comes from, for who wants to put something around it. */
export type OperatorOrigin =
  | { readonly kind: 'processor'; readonly supplier: ProcessorSupplier<unknown, unknown, unknown, unknown> }
  /** Null: an operator of the DSL. */
  | { readonly kind: 'fixedKey'; readonly supplier: FixedKeyProcessorSupplier<unknown, unknown, unknown> | null };

/** Makes the operator of a task. Called after the stores of the task are restored. */
export interface OperatorSupplier<KIn, VIn, KOut, VOut> {
  (context: OperatorContext<KOut, VOut>): Operator<KIn, VIn>;
  /** Left out: an operator of the DSL that may change keys. */
  readonly origin?: OperatorOrigin;
}

/** Marks an operator of the DSL that cannot change keys. */
export const keepsKey = <KIn, VIn, KOut, VOut>(
  operator: OperatorSupplier<KIn, VIn, KOut, VOut>,
): OperatorSupplier<KIn, VIn, KOut, VOut> =>
  Object.assign(operator, { origin: { kind: 'fixedKey', supplier: null } } as const);
