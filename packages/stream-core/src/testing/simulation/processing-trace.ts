import type { CountedCommit, OffsetCoordinator } from '../../adapters/memory/coordinator/offset-coordinator.ts';
import { formatTaskId } from '../../common/task-id.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';
import { topicPartitionKey } from '../../common/topic-partition.ts';
import type { Processor } from '../../processor/processor.ts';
import type { ProcessorContext } from '../../processor/processor-context.ts';
import type { TopologyPlan } from '../../topology/plan.ts';
import type { Topology } from '../../topology/topology.ts';

/** A record that a task has processed. */
export interface ProcessedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Of the task, when it processed the record. */
  readonly streamTimeMs: number;
  /** Which life of the task that was, on which instance. */
  readonly life: number;
}

/** What a task has committed, over all its owners. */
export interface CommittedTask {
  readonly subtopology: number;
  readonly partition: number;
  /** In the order in which the committed work was done. */
  readonly records: ProcessedRecord[];
  /** What was not as it must be when it was committed. */
  readonly problems: string[];
}

const place = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  topicPartitionKey({ topic, partition });

/** The instance that a member id begins with. */
const instanceOf = (memberId: string): string => /^instance-\d+/u.exec(memberId)?.[0] ?? memberId;

/**
 * Follows every task: what its owners process, in which order, and which of it is committed. A processor beside those of
 * the topology notes each record, and the broker tells of each commit that counts.
 */
export class ProcessingTrace {
  readonly #plan: () => TopologyPlan;
  /** By instance and task, what was processed and is not committed yet. */
  readonly #open = new Map<string, ProcessedRecord[]>();
  readonly #committed = new Map<string, CommittedTask>();
  readonly #offsets = new Map<string, number>();
  #lives = 0;

  constructor(offsets: Pick<OffsetCoordinator, 'onCommit'>, plan: () => TopologyPlan) {
    this.#plan = plan;
    offsets.onCommit((commit) => this.#commit(commit));
  }

  /** The tasks that have committed anything, by name. */
  get tasks(): ReadonlyMap<string, CommittedTask> {
    return this.#committed;
  }

  /** How far a partition is committed. */
  committedOffset(partition: TopicPartition): number {
    return this.#offsets.get(topicPartitionKey(partition)) ?? 0;
  }

  /** The same topology, with a processor behind each source that notes what goes through. */
  traced(clientId: string, topology: Topology): Topology {
    const sources = [...topology.graph.nodes.values()].filter(({ kind }) => kind === 'source');
    for (const { name } of sources) {
      if (topology.graph.isGlobal(sources.filter((node) => node.name === name))) continue;
      topology.addProcessor(`simulation-trace-${name}`, () => this.#tracer(clientId), name);
    }
    return topology;
  }

  #tracer(clientId: string): Processor<unknown, unknown, never, never> {
    let context: ProcessorContext<never, never> | null = null;
    let open: ProcessedRecord[] = [];
    const life = ++this.#lives;
    return {
      init: (given) => {
        context = given;
        open = this.#begin(`${clientId} ${formatTaskId(given.taskId)}`);
      },
      process: () => {
        const metadata = context?.recordMetadata() ?? null;
        if (metadata === null || context === null) return;
        const { topic, partition, offset } = metadata;
        open.push({ topic, partition, offset, life, streamTimeMs: context.currentStreamTimeMs() });
      },
    };
  }

  /** The sources of a task share a list, which begins anew with the task. */
  #begin(owner: string): ProcessedRecord[] {
    const known = this.#open.get(owner);
    // The sources of one task are made one after the other, before any of them has processed anything.
    if (known !== undefined && known.length === 0) return known;
    const open: ProcessedRecord[] = [];
    this.#open.set(owner, open);
    return open;
  }

  #commit({ memberId, offsets }: CountedCommit): void {
    const ends = new Map(offsets.map(({ topicPartition, offset }) => [topicPartitionKey(topicPartition), offset]));
    const tasks = new Set(offsets.map(({ topicPartition }) => this.#taskOf(topicPartition)));
    for (const task of tasks) if (task !== null) this.#commitTask(task, instanceOf(memberId), ends);
    for (const [name, offset] of ends) this.#offsets.set(name, offset);
  }

  #commitTask(
    task: Pick<CommittedTask, 'subtopology' | 'partition'>,
    instance: string,
    ends: ReadonlyMap<string, number>,
  ): void {
    const name = formatTaskId(task);
    const committed = this.#committed.get(name) ?? { ...task, records: [], problems: [] };
    this.#committed.set(name, committed);
    const open = this.#open.get(`${instance} ${name}`) ?? [];
    const left: ProcessedRecord[] = [];
    for (const record of open.splice(0)) {
      const key = place(record);
      if (record.offset >= (ends.get(key) ?? 0)) left.push(record);
      else if (record.offset >= (this.#offsets.get(key) ?? 0)) committed.records.push(record);
      else committed.problems.push(`${instance} committed ${key} offset ${record.offset} after another owner had`);
    }
    open.push(...left);
  }

  #taskOf({
    topic,
    partition,
  }: {
    topic: string;
    partition: number;
  }): { subtopology: number; partition: number } | null {
    const own = this.#plan().subtopologies.find(({ sourceTopics }) => sourceTopics.includes(topic));
    return own === undefined ? null : { subtopology: own.id, partition };
  }
}
