import type { FetchedPartition } from '../broker/fetcher.ts';
import type { OffsetCommit } from '../broker/group-consumer.ts';
import { assert } from '../common/assert.ts';
import type { Position } from '../common/position.ts';
import type { RecordSlot } from '../common/record-context.ts';
import { emptyRecordContext } from '../common/record-context.ts';
import type { TaskId } from '../common/task-id.ts';
import { formatTaskId } from '../common/task-id.ts';
import type { Cancellable } from '../processor/punctuator.ts';
import type { RecordCollector } from '../processor/record-collector.ts';
import type { PunctuationRequest, TaskContext } from '../processor/task-context.ts';
import type { StateStore } from '../state/state-store.ts';
import type { ViewMode } from '../state/state-view.ts';
import type { LiveSource } from '../topology/processor-topology.ts';
import { ProcessorTopology } from '../topology/processor-topology.ts';
import { upstreamSources } from '../topology/upstream-sources.ts';
import { IdleTime } from './idle-time.ts';
import { InputContext } from './input-context.ts';
import { OperatorTimes } from './operator-times.ts';
import type { LagOf } from './partition-group.ts';
import { PartitionGroup } from './partition-group.ts';
import { RecordQueue } from './record-queue.ts';
import type { StreamTaskOptions } from './stream-task-options.ts';
import { taskChangelog } from './task-changelog.ts';
import { TaskErrors } from './task-errors.ts';
import { TaskOffsets } from './task-offsets.ts';
import { TaskPunctuations } from './task-punctuations.ts';
import { TaskStores } from './task-stores.ts';

/** What a task has to commit, fixed at one moment. */
export interface TaskCommit {
  readonly task: StreamTask;
  /** Of all partitions, also where nothing was processed: whoever commits anything commits them, and is fenced by them. */
  readonly offsets: readonly OffsetCommit[];
  /** Whether they differ from what was committed last. */
  readonly haveMoved: boolean;
}

/**
 * One sub-topology on one partition number: its queues, stores and nodes. Everything in it is synchronous. First its
 * stores are open and can be restored; `open` makes the nodes, and from then on it processes.
 *
 * @see `org.apache.kafka.streams.processor.internals.StreamTask`
 */
export class StreamTask implements TaskContext {
  readonly taskId: TaskId;
  readonly applicationId: string;
  readonly name: string;
  readonly record: RecordSlot;
  readonly collector: RecordCollector;
  readonly errors: TaskErrors;
  readonly emitIntervalMs: number;
  readonly stores: TaskStores;
  readonly #options: StreamTaskOptions;
  readonly times: OperatorTimes = new OperatorTimes();
  readonly #offsets = new TaskOffsets(this.times);
  readonly #punctuations: TaskPunctuations;
  readonly #context = new InputContext();
  readonly #inbox: (() => void)[] = [];
  readonly #group: PartitionGroup;
  #topology: ProcessorTopology | null = null;
  #idle: IdleTime | null = null;
  #isCommitNeeded = false;
  #isCommitRequested = false;

  /** @throws StreamsError STATE_FAILED when the database of the task cannot be opened */
  constructor(options: StreamTaskOptions) {
    const { taskId, config, collector, plan, databases, cache, logger, metrics } = options;
    this.#options = options;
    this.taskId = taskId;
    this.name = formatTaskId(taskId);
    this.applicationId = config.applicationId;
    this.record = { current: this.#context };
    this.collector = collector;
    this.emitIntervalMs = config.emitIntervalMs;
    this.#group = new PartitionGroup(config.maxTaskIdleMs);
    this.errors = new TaskErrors({ taskId: this.name, record: this.record, config, logger, metrics, collector });
    const onError = this.errors.processingFailed.bind(this.errors);
    this.#punctuations = new TaskPunctuations({ record: this.record, onError });
    this.stores = new TaskStores({
      applicationId: config.applicationId,
      taskId,
      stores: plan.stores,
      databases,
      record: this.record,
      cache,
      defaults: config.serdeDefaults,
      isDslStorePersistent: config.isDslStorePersistent,
      committed: options.committed ?? new Map(),
      changelogTo: (topic) => taskChangelog(this, topic, taskId.partition),
      onExpired: (store) => this.errors.drop(store, 'late'),
    });
  }

  /**
   * Makes the nodes and begins where the partitions begin. The stores must be restored.
   *
   * @param begins where each partition of the task begins, with what was committed there
   * @throws StreamsError METADATA_TOO_LARGE, or what a processor's `init` threw
   */
  open(begins: readonly OffsetCommit[]): void {
    const partitionTimes = this.#offsets.add(begins);
    this.#idle = IdleTime.of(this.#options.plan, this.times);
    this.record.current = emptyRecordContext(-1);
    const topology = ProcessorTopology.build(this.#options.plan, this);
    this.#topology = topology;
    this.#addQueues(topology, begins, partitionTimes);
    this.#group.streamTime = Math.max(this.#group.streamTime, this.#idle?.ms ?? -1);
    this.#offsets.checkMetadataSize(this.taskId);
  }

  /**
   * Reads further partitions from now on, as when a topic has grown. The task must be open.
   *
   * @see `StreamTask.updateInputPartitions`
   */
  addPartitions(begins: readonly OffsetCommit[]): void {
    assert(this.#topology !== null, 'a task takes further partitions while it is open');
    this.#addQueues(this.#topology, begins, this.#offsets.add(begins));
  }

  /** Adds what a fetch brought. @throws StreamsError DESERIALIZATION_FAILED, TIMESTAMP_INVALID */
  addRecords(fetched: FetchedPartition): void {
    const hasRecord = this.#group.add(fetched);
    // Where all of it was passed over, the offset has moved all the same.
    if (!hasRecord && fetched.batches.length > 0) this.#isCommitNeeded = true;
  }

  /** The queues, for who decides what is fetched. */
  get queues(): readonly RecordQueue[] {
    return this.#group.queues;
  }

  /** Whether a record may be taken now; see PartitionGroup.isReady. */
  isReady(now: number, lagOf: LagOf): boolean {
    return this.#group.isReady(now, lagOf);
  }

  /**
   * Takes the next record through the topology, and then what its time made due.
   *
   * @returns false when there is no record
   */
  process(now: number): boolean {
    const queue = this.#group.take();
    if (queue === null) return false;
    const context = this.#context;
    queue.describeHead(context);
    this.record.current = context;
    this.#isCommitNeeded = true;
    this.#idle?.recordSeen(now);
    queue.live.node.process(queue.headKey, queue.headValue, queue.headTimestamp);
    this.#group.release(queue);
    this.#punctuations.fireStreamTime(this.#group.streamTime);
    return true;
  }

  /**
   * Hands in an event from outside: it runs between two records, in a context of its own, as part of the next commit.
   * Events that did not run when the task is closed are dropped.
   */
  post(event: () => void): void {
    this.#inbox.push(event);
  }

  /** Runs what came from outside: posted events, punctuations of the wall clock, idle time. Returns whether anything ran. */
  runInbox(now: number, lagOf: LagOf): boolean {
    const events = this.#inbox.splice(0);
    for (const event of events) {
      this.record.current = emptyRecordContext(this.#group.streamTime);
      event();
    }
    const hasPunctuated = this.#punctuations.fireWallClock(now);
    if (events.length > 0 || hasPunctuated) this.#isCommitNeeded = true;
    return this.#advanceIdleTime(now, lagOf) || hasPunctuated || events.length > 0;
  }

  /** When the wall clock alone gives the task something to do; infinity when never. */
  nextWakeupMs(): number {
    return Math.min(this.#punctuations.nextWallClockMs, this.#idle?.nextMs ?? Number.POSITIVE_INFINITY);
  }

  get isCommitNeeded(): boolean {
    return this.#isCommitNeeded;
  }

  /** Whether a processor asked for a commit. */
  get isCommitRequested(): boolean {
    return this.#isCommitRequested;
  }

  /** Writes the record caches through, which may forward. */
  flushCaches(): void {
    this.record.current = emptyRecordContext(this.#group.streamTime);
    this.stores.flushCaches();
  }

  /**
   * First half of a commit: record caches are written through, which may forward, and then writes and offsets are
   * fixed. Processing may go on; `settle` follows when the commit is certain.
   */
  prepareCommit(): TaskCommit {
    this.flushCaches();
    const offsets = this.#offsets.current(this.#group);
    this.stores.seal();
    this.#isCommitNeeded = false;
    this.#isCommitRequested = false;
    return { task: this, offsets, haveMoved: this.#offsets.haveMoved(offsets) };
  }

  /**
   * Second half of a commit: what was fixed goes into the databases.
   *
   * @param changelogOffsets by topic, the offset behind what was acknowledged for this task's partition
   */
  settle(commit: TaskCommit, changelogOffsets: ReadonlyMap<string, number>): void {
    const read = new Map(commit.offsets.map(({ topicPartition, offset }) => [topicPartition.topic, offset]));
    this.stores.applySealed(changelogOffsets, read);
    this.#offsets.settle(commit.offsets);
  }

  /** Closes processors and stores. What was not committed is gone. */
  close(): void {
    try {
      this.#topology?.close();
    } finally {
      this.#topology = null;
      this.#inbox.length = 0;
      this.#group.clear();
      this.stores.close();
    }
  }

  /** How far the topics were read whose records come to a store, as far as a view shows it; nothing before `open`. */
  position(store: string, mode: ViewMode): Position {
    const sources = upstreamSources(this.#options.plan.nodes, store);
    return this.#offsets.position(sources, mode === 'read_committed' ? null : this.#group);
  }

  store(name: string): StateStore | null {
    return this.stores.get(name);
  }

  globalStore(name: string): StateStore | null {
    return this.#options.globalStore?.(name) ?? null;
  }

  schedule(request: PunctuationRequest): Cancellable {
    return this.#punctuations.schedule(request, this.systemTimeMs());
  }

  requestCommit(): void {
    this.#isCommitRequested = true;
  }

  streamTimeMs(): number {
    return this.#group.streamTime;
  }

  systemTimeMs(): number {
    return this.#options.now();
  }

  /**
   * Lets the wall clock move stream time on, if nothing came for as long as the sources say and nothing is there to be
   * read. Returns whether it did.
   */
  #advanceIdleTime(now: number, lagOf: LagOf): boolean {
    const idle = this.#idle;
    if (idle === null || this.#group.hasRecords) return false;
    if (this.#group.queues.some(({ topicPartition }) => lagOf(topicPartition) !== 0)) return false;
    const streamTime = idle.streamTimeAt(now, this.#group.streamTime);
    if (streamTime === null) return false;
    this.#group.streamTime = streamTime;
    this.#isCommitNeeded = true;
    this.record.current = emptyRecordContext(streamTime);
    this.#topology?.advanceTime(streamTime);
    this.#punctuations.fireStreamTime(this.#group.streamTime);
    return true;
  }

  #addQueues(topology: ProcessorTopology, begins: readonly OffsetCommit[], partitionTimes: readonly number[]): void {
    begins.forEach(({ topicPartition }, index) => {
      const live = topology.sourceOf(topicPartition.topic) as LiveSource;
      const extractor = live.source.timestampExtractor ?? this.#options.config.timestampExtractor;
      const queue = new RecordQueue({ topicPartition, live, extractor, gate: this.errors });
      this.#group.addQueue(queue, partitionTimes[index] ?? -1);
    });
  }
}
