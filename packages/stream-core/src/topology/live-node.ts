import { assert } from '../common/assert.ts';
import type { RecordSlot } from '../common/record-context.ts';
import type { TaskId } from '../common/task-id.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type {
  DropReason,
  Operator,
  OperatorContext,
  OperatorSupplier,
  OperatorTime,
  TopicSerde,
} from '../processor/operator.ts';
import type { Cancellable, PunctuationType, Punctuator } from '../processor/punctuator.ts';
import type { TaskContext } from '../processor/task-context.ts';
import type { StateStore } from '../state/state-store.ts';

export interface LiveNodeParts {
  readonly name: string;
  readonly stores: readonly string[];
  readonly operator: OperatorSupplier<unknown, unknown, unknown, unknown>;
  /** Whether errors of the operator go to the processing handler, or through to the parent. */
  readonly guarded: boolean;
  readonly serdes?: ReadonlyMap<string, TopicSerde<unknown>>;
}

/** A node of a running task: its operator, and the children that it forwards to. */
export class LiveNode implements OperatorContext<unknown, unknown> {
  readonly applicationId: string;
  readonly taskId: TaskId;
  readonly nodeName: string;
  readonly record: RecordSlot;
  readonly emitIntervalMs: number;
  readonly #task: TaskContext;
  readonly #parts: LiveNodeParts;
  readonly #children: LiveNode[] = [];
  #operator: Operator<unknown, unknown> | null = null;

  constructor(task: TaskContext, parts: LiveNodeParts) {
    this.applicationId = task.applicationId;
    this.taskId = task.taskId;
    this.nodeName = parts.name;
    this.record = task.record;
    this.emitIntervalMs = task.emitIntervalMs;
    this.#task = task;
    this.#parts = parts;
  }

  addChild(child: LiveNode): void {
    this.#children.push(child);
  }

  /** Makes the operator. */
  open(): void {
    this.#operator = this.#parts.operator(this);
  }

  close(): void {
    this.#operator?.close?.();
  }

  /** Runs the operator on a record. */
  process(key: unknown, value: unknown, timestamp: number): void {
    const operator = this.#operator ?? this.#notOpen();
    if (!this.#parts.guarded) {
      operator.process(key, value, timestamp);
      return;
    }
    const context = this.record.current;
    try {
      operator.process(key, value, timestamp);
    } catch (error) {
      this.#task.errors.processingFailed(error, this.nodeName);
      // The handler goes on behind this record: nothing that the operator left behind may show.
      this.record.current = context;
      context.timestamp = timestamp;
    }
  }

  /** Tells the operator that time has come to `timestamp` without a record. */
  advanceTime(timestamp: number): void {
    try {
      this.#operator?.advanceTime?.(timestamp);
    } catch (error) {
      this.#task.errors.processingFailed(error, this.nodeName);
    }
  }

  forward(key: unknown, value: unknown, timestamp: number): void {
    const context = this.record.current;
    const outer = context.timestamp;
    context.timestamp = timestamp;
    const children = this.#children;
    try {
      for (let index = 0; index < children.length; index++) {
        (children[index] as LiveNode).process(key, value, timestamp);
      }
    } finally {
      context.timestamp = outer;
    }
  }

  forwardTo(child: string, key: unknown, value: unknown, timestamp: number): void {
    const target = this.#children.find(({ nodeName }) => nodeName === child);
    if (target === undefined) {
      throw new StreamsError(
        'PROCESSING_FAILED',
        `${this.nodeName} has no child ${child}; forward to one that is connected`,
        {
          context: { node: this.nodeName },
        },
      );
    }
    const context = this.record.current;
    const outer = context.timestamp;
    context.timestamp = timestamp;
    try {
      target.process(key, value, timestamp);
    } finally {
      context.timestamp = outer;
    }
  }

  store<S extends StateStore>(name: string): S {
    const store = this.#parts.stores.includes(name) ? this.#task.store(name) : this.#task.globalStore(name);
    if (store === null) {
      throw new StreamsError(
        'STORE_NOT_CONNECTED',
        `${this.nodeName} is not connected to a store ${name}; name the store in the options of the operator, ` +
          'or connect it with addStateStore or connectProcessorAndStateStores',
        { context: { node: this.nodeName, store: name } },
      );
    }
    return store as S;
  }

  isGlobalStore(name: string): boolean {
    return !this.#parts.stores.includes(name) && this.#task.globalStore(name) !== null;
  }

  serde<T>(part: string): TopicSerde<T> {
    const serde = this.#parts.serdes?.get(part);
    assert(serde !== undefined, `${this.nodeName} was given no ${part} serde`);
    return serde as TopicSerde<T>;
  }

  operatorTime(name: string): OperatorTime {
    return this.#task.times.of(name);
  }

  emitTime(store: string): OperatorTime {
    return this.#task.times.inKafkaStreams(store);
  }

  schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable {
    return this.#task.schedule({ node: this.nodeName, intervalMs, type, punctuator });
  }

  requestCommit(): void {
    this.#task.requestCommit();
  }

  streamTimeMs(): number {
    return this.#task.streamTimeMs();
  }

  systemTimeMs(): number {
    return this.#task.systemTimeMs();
  }

  drop(reason: DropReason): void {
    this.#task.errors.drop(this.nodeName, reason);
  }

  /** Nodes are opened before their children: only an `init` can forward so early, and the record would be lost. */
  #notOpen(): never {
    throw new StreamsError(
      'PROCESSING_FAILED',
      `${this.nodeName} is not open yet; forward in process or in a punctuation, not in init`,
      { context: { node: this.nodeName } },
    );
  }
}
