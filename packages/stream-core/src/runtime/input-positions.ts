import type { Admin, OffsetSpec } from '../broker/admin.ts';
import type { GroupConsumer, OffsetAndMetadata, OffsetCommit } from '../broker/group-consumer.ts';
import { assert } from '../common/assert.ts';
import type { AutoOffsetReset } from '../common/auto-offset-reset.ts';
import { resetDurationMs } from '../common/auto-offset-reset.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { topicPartitionKey } from '../common/topic-partition.ts';
import type { ResolvedStreamsConfig } from '../config/resolve-streams-config.ts';
import { findStreamsError, StreamsError } from '../errors/streams-error.ts';
import { sourceReading } from '../topology/matched-topics.ts';
import type { TopologyPlan } from '../topology/plan.ts';
import { encodeOffsetMetadata } from './offset-metadata.ts';

/** What goes with the offset of a partition of which nothing was processed. */
const noTimes = encodeOffsetMetadata({ partitionTime: -1, times: new Map() });

export interface InputPositionsOptions {
  readonly plan: TopologyPlan;
  readonly config: ResolvedStreamsConfig;
  readonly consumer: GroupConsumer;
  readonly admin: Admin;
}

/** Where the partitions of a thread are read from: what was committed, or else where their source says. */
export class InputPositions {
  readonly #options: InputPositionsOptions;

  constructor(options: InputPositionsOptions) {
    this.#options = options;
  }

  /**
   * Goes to the committed offsets, and where there are none, to where the source or the configuration says.
   *
   * @param committed in the order of the partitions; null where nothing was committed
   * @returns where each partition begins, with what was committed there
   * @throws StreamsError OFFSET_OUT_OF_RANGE when there is none and the reset is `none`
   */
  async start(
    partitions: readonly TopicPartition[],
    committed: readonly (OffsetAndMetadata | null)[],
  ): Promise<readonly OffsetCommit[]> {
    const { consumer } = this.#options;
    const fresh: TopicPartition[] = [];
    partitions.forEach((partition, index) => {
      const offset = committed[index]?.offset ?? null;
      if (offset === null) fresh.push(partition);
      else consumer.seek(partition, offset);
    });
    await this.#reset(fresh);
    return partitions.map((topicPartition, index) => {
      const begin = committed[index] ?? null;
      if (begin !== null) return { topicPartition, ...begin };
      const offset = consumer.position(topicPartition);
      assert(offset !== null, 'a partition whose position was reset has one');
      return { topicPartition, offset, leaderEpoch: -1, metadata: noTimes };
    });
  }

  /**
   * Goes on where the source or the configuration says when the records behind a position were deleted.
   *
   * @returns whether the error was of that kind
   * @throws StreamsError OFFSET_OUT_OF_RANGE when the reset is `none`
   */
  async recover(error: unknown): Promise<boolean> {
    const failure = findStreamsError(error);
    if (failure?.code !== 'OFFSET_OUT_OF_RANGE') return false;
    const { topic, partition } = failure.context;
    if (topic === undefined || partition === undefined) return false;
    const { consumer, config } = this.#options;
    const from = consumer.position({ topic, partition });
    await this.#reset([{ topic, partition }]);
    const to = consumer.position({ topic, partition });
    config.logger.warn('input.position_reset', { topic, partition, from, to, reset: this.#resetOf(topic) });
    return true;
  }

  async #reset(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    const { admin, config, consumer } = this.#options;
    const isolation = config.processingGuarantee === 'exactly_once_v2' ? 'read_committed' : 'read_uncommitted';
    const offsets = await admin.listOffsets(
      partitions.map((partition) => ({ partition, spec: this.#spec(partition) })),
      isolation,
    );
    partitions.forEach((partition, index) => {
      consumer.seek(partition, offsets[index] ?? 0);
    });
  }

  #resetOf(topic: string): AutoOffsetReset {
    const { plan, config } = this.#options;
    for (const subtopology of plan.subtopologies) {
      const source = sourceReading(subtopology, topic);
      if (source !== null) return source.offsetReset ?? config.autoOffsetReset;
    }
    return config.autoOffsetReset;
  }

  #spec(partition: TopicPartition): OffsetSpec {
    const reset = this.#resetOf(partition.topic);
    if (reset === 'earliest' || reset === 'latest') return reset;
    const durationMs = resetDurationMs(reset);
    if (durationMs !== null) return { timestamp: this.#options.config.clock.now() - durationMs };
    throw new StreamsError(
      'OFFSET_OUT_OF_RANGE',
      `${topicPartitionKey(partition)} has no offset to go on from, and its reset is 'none'; ` +
        `commit an offset for the group, or use 'earliest' or 'latest'`,
      { context: partition },
    );
  }
}
