import type { GroupConsumer, GroupConsumerOptions, RebalanceListener } from '../../../broker/group-consumer.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { StickyProtocol } from './sticky-protocol.ts';
import type { PlainRecord, SuiteContext } from './suite-context.ts';

export interface GroupMemberOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly consumer?: Partial<GroupConsumerOptions>;
  readonly protocolName?: string;
  readonly userData?: () => string;
  /** Called with what is revoked, while it is still owned. */
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => Promise<void>;
  /** Called before the member rejoins. */
  readonly onStarted?: () => Promise<void>;
}

/** A member of a group that notes everything that happens to it. */
export class GroupMember implements RebalanceListener {
  readonly consumer: GroupConsumer;
  readonly protocol: StickyProtocol;
  readonly owned: Set<string> = new Set();
  /** `assigned a,b`, `revoked a`, `lost a`, in order; partitions as topicPartitionKey prints them. */
  readonly events: string[] = [];
  readonly records: PlainRecord[] = [];
  /** The generations of the events. */
  readonly generations: number[] = [];
  /** Every call of the listener by its name, in order. */
  readonly calls: string[] = [];
  /** What ended the poll loop, if it was an error. */
  error: unknown = null;
  readonly #context: SuiteContext;
  readonly #options: GroupMemberOptions;
  #loop: Promise<void> | null = null;
  #isRunning = false;

  constructor(context: SuiteContext, options: GroupMemberOptions) {
    this.#context = context;
    this.#options = options;
    this.consumer = context.groupConsumer(options.groupId, options.consumer);
    const { admin } = context.connect();
    this.protocol = new StickyProtocol({
      name: options.protocolName ?? 'millrace-suite',
      userData: options.userData ?? (() => ''),
      partitionsOf: async (topic) => {
        const count = (await admin.describeTopics([topic])).get(topic)?.partitions ?? 0;
        return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
      },
    });
    this.consumer.subscribe({ topics: options.topics, protocol: this.protocol, listener: this });
  }

  async onRebalanceStarted(): Promise<void> {
    this.calls.push('started');
    await this.#options.onStarted?.();
  }

  async onRebalanceCompleted(): Promise<void> {
    this.calls.push('completed');
  }

  async onPartitionsRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.#note('revoked', partitions);
    await this.#options.onRevoked?.(partitions);
    for (const partition of partitions) this.owned.delete(topicPartitionKey(partition));
  }

  async onPartitionsLost(partitions: readonly TopicPartition[]): Promise<void> {
    this.#note('lost', partitions);
    for (const partition of partitions) this.owned.delete(topicPartitionKey(partition));
  }

  async onPartitionsAssigned(partitions: readonly TopicPartition[]): Promise<void> {
    this.#note('assigned', partitions);
    const offsets = await this.consumer.committed(partitions);
    for (const [index, partition] of partitions.entries()) {
      this.consumer.seek(partition, offsets[index]?.offset ?? 0);
      this.owned.add(topicPartitionKey(partition));
    }
  }

  /** Polls until `stop` or an error. */
  start(): this {
    this.#isRunning = true;
    this.#loop = this.#poll();
    return this;
  }

  /** Ends the poll loop; the member stays in the group. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.consumer.wakeup();
    await this.#loop;
  }

  /** Leaves the group; with `leave: false` it is gone without a word, as after a crash. */
  async close(leave = true): Promise<void> {
    this.#isRunning = false;
    const closed = this.consumer.close({ leave });
    await this.#loop;
    await closed;
    this.owned.clear();
  }

  /** One poll, whose records are kept. */
  async pollOnce(timeoutMs: number): Promise<void> {
    this.records.push(...(await this.#context.pollRecords(this.consumer, timeoutMs)));
  }

  async #poll(): Promise<void> {
    try {
      while (this.#isRunning) await this.pollOnce(200);
    } catch (error) {
      // A loop that was ended by closing the consumer has nothing to report.
      if (this.#isRunning) this.error = error;
    }
  }

  #note(what: string, partitions: readonly TopicPartition[]): void {
    this.calls.push(what);
    this.generations.push(this.consumer.groupMetadata().generationId);
    this.events.push(`${what} ${partitions.map(topicPartitionKey).join(',')}`.trimEnd());
  }
}

/** Waits until the members own every partition of the topic between them, and gives them in order. */
export const settled = async (
  context: SuiteContext,
  members: readonly GroupMember[],
  partitions: number,
): Promise<void> => {
  const fair = (member: GroupMember): boolean => {
    const share = member.owned.size;
    return share >= Math.floor(partitions / members.length) && share <= Math.ceil(partitions / members.length);
  };
  await context.until(`${members.length} members share ${partitions} partitions`, () => {
    const failed = members.find((member) => member.error !== null);
    if (failed !== undefined) throw failed.error;
    const owned = members.reduce((sum, member) => sum + member.owned.size, 0);
    return owned === partitions && members.every(fair);
  });
};
