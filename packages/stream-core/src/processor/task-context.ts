import type { RecordSlot } from '../common/record-context.ts';
import type { TaskId } from '../common/task-id.ts';
import type { StateStore } from '../state/state-store.ts';
import type { DropReason, OperatorTime } from './operator.ts';
import type { Cancellable, PunctuationType, Punctuator } from './punctuator.ts';
import type { RecordCollector } from './record-collector.ts';

/** A punctuation that a node asks for. */
export interface PunctuationRequest {
  readonly node: string;
  readonly intervalMs: number;
  readonly type: PunctuationType;
  readonly punctuator: Punctuator;
}

/** Where the nodes of a task take what goes wrong. */
export interface NodeErrors {
  /** Counts a record that goes no further. */
  drop(node: string, reason: DropReason): void;
  /**
   * Asks the processing handler about an error of user code; throws when it says fail. An error that ends the task
   * already is thrown again, and nobody is asked about it.
   */
  processingFailed(error: unknown, node: string): void;
  /**
   * Asks the production handler about a record that cannot be serialised or sent; throws when it says fail.
   *
   * @param node null for a changelog, which no node writes
   */
  productionFailed(error: unknown, node: string | null, topic: string): void;
}

/** Times that are committed with the offsets of a task. */
export interface TaskTimes {
  /** See OperatorContext.operatorTime. */
  of(name: string): OperatorTime;
  /** Under the name itself, as Kafka Streams has it. See OperatorContext.emitTime. */
  inKafkaStreams(name: string): OperatorTime;
}

/** What the nodes of a topology need of the task that they run in. */
export interface TaskContext {
  readonly applicationId: string;
  readonly taskId: TaskId;
  readonly record: RecordSlot;
  readonly collector: RecordCollector;
  readonly errors: NodeErrors;
  readonly times: TaskTimes;
  /** See OperatorContext.emitIntervalMs. */
  readonly emitIntervalMs: number;
  /** A store of the task; null when it has none of that name. */
  store(name: string): StateStore | null;
  /** A store that every instance holds all of; null when there is none of that name. */
  globalStore(name: string): StateStore | null;
  schedule(request: PunctuationRequest): Cancellable;
  requestCommit(): void;
  streamTimeMs(): number;
  systemTimeMs(): number;
}
