import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FetchBroker } from '../../../../test/kafka/fetch/fetch-broker.ts';
import { values } from '../../../../test/kafka/fetch/value-batch.ts';
import type { FetchedPartition } from '../../../broker/fetcher.ts';
import { seededChance } from '../../../common/chance.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { compressBatch } from '../compression/compress-batch.ts';
import { compressionTypes } from '../compression/compression-type.ts';
import { KafkaFetcher } from './kafka-fetcher.ts';

type Step =
  | { readonly kind: 'write' | 'transaction' | 'end' | 'pause' | 'resume' | 'move' | 'fail'; readonly at: number }
  | { readonly kind: 'seek'; readonly at: number; readonly share: number }
  | { readonly kind: 'sessions' }
  | { readonly kind: 'poll'; readonly timeoutMs: number };

const at = fc.nat(3);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('write' as const, 'transaction' as const), at }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('end' as const, 'pause' as const, 'resume' as const, 'move' as const, 'fail' as const),
      at,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('seek' as const), at, share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'sessions' as const }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('poll' as const), timeoutMs: fc.constantFrom(0, 30, 700) }) },
);

/** A world of four partitions on two nodes, and what a reader of committed records must have seen of it. */
class World {
  readonly clock = new ManualClock(1_000);
  readonly broker = new FetchBroker(this.clock);
  readonly fetcher: KafkaFetcher;
  readonly partitions: readonly TopicPartition[];
  /** By partition: offsets that a reader may see, and those of the transaction that is open. */
  readonly visible: number[][] = [[], [], [], []];
  readonly #open: number[][] = [[], [], [], []];
  readonly #epochs = [0, 0, 0, 0];
  readonly #sequences = [0, 0, 0, 0];
  readonly #expected: (number | null)[] = [0, 0, 0, 0];
  #written = 0;

  constructor(maxBufferedBytes: number) {
    const { clock, broker } = this;
    this.partitions = [0, 1, 2, 3].map((number) => broker.host(number < 2 ? 't' : 'u', number, 1 + (number % 2)));
    const chance = seededChance(3);
    const isolationLevel = 'read_committed';
    const limits = { maxPartitionBytes: 300, fetchMaxBytes: 600, maxBufferedBytes };
    const onClose = (): void => undefined;
    this.fetcher = new KafkaFetcher({
      cluster: broker,
      clock,
      chance,
      clientId: 'c',
      isolationLevel,
      onClose,
      ...limits,
    });
    this.fetcher.assign(this.partitions);
    for (const partition of this.partitions) this.fetcher.seek(partition, 0);
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'poll') {
      this.check(await this.clock.settle(this.fetcher.poll(step.timeoutMs)));
    } else if (step.kind === 'sessions') {
      this.broker.loseSessions();
    } else {
      this.#change(step);
    }
  }

  /** Ends what is open, and reads to the end of everything. */
  async finish(): Promise<void> {
    this.partitions.forEach((partition, index) => {
      this.#end(partition, index);
      this.fetcher.resume([partition]);
    });
    for (let quiet = 0; quiet < 3; ) {
      const fetched = await this.clock.settle(this.fetcher.poll(5_000));
      this.check(fetched);
      quiet = fetched.length === 0 ? quiet + 1 : 0;
    }
    this.partitions.forEach((partition, index) => {
      expect(this.fetcher.position(partition)).toBe(this.broker.hosted(partition).log.logEndOffset);
      expect(this.fetcher.lag(partition)).toBe(0);
      expect(this.visible[index]?.filter((offset) => offset >= (this.#expected[index] ?? 0))).toEqual([]);
    });
  }

  /** Every record is the next one that the reader may see. */
  check(fetched: readonly FetchedPartition[]): void {
    for (const { topicPartition, batches, position, nextPosition } of fetched) {
      const { partition } = topicPartition;
      for (const batch of batches) {
        for (const cursor = batch.cursor(position); cursor.next(); ) {
          const from = this.#expected[partition] ?? 0;
          expect(cursor.offset).toBe(this.visible[partition]?.find((offset) => offset >= from));
          this.#expected[partition] = cursor.offset + 1;
        }
      }
      this.#expected[partition] = Math.max(this.#expected[partition] ?? 0, nextPosition);
    }
  }

  #change(step: Exclude<Step, { kind: 'poll' | 'sessions' }>): void {
    const { broker, fetcher } = this;
    const partition = this.partitions[step.at] as TopicPartition;
    if (step.kind === 'write') this.#write(partition, step.at, false);
    else if (step.kind === 'transaction') this.#write(partition, step.at, true);
    else if (step.kind === 'end') this.#end(partition, step.at);
    else if (step.kind === 'pause') fetcher.pause([partition]);
    else if (step.kind === 'resume') fetcher.resume([partition]);
    else if (step.kind === 'move') broker.moveLeader(partition, 3 - broker.hosted(partition).leader.nodeId);
    else if (step.kind === 'fail') broker.failures.push(null, new StreamsError('BROKER_UNAVAILABLE', 'away'));
    else if (step.kind === 'seek') this.#seek(partition, step);
  }

  #seek(partition: TopicPartition, step: { readonly at: number; readonly share: number }): void {
    const offset = Math.floor(this.broker.hosted(partition).log.logEndOffset * step.share);
    this.fetcher.seek(partition, offset);
    this.#expected[step.at] = offset;
  }

  #write(partition: TopicPartition, index: number, transactional: boolean): void {
    const plain = values(...Array.from({ length: 3 }, () => `a value that is longer ${this.#written++}`));
    const batch = compressBatch(plain, compressionTypes[this.#written % compressionTypes.length] ?? 'none');
    if (transactional) {
      const [producerEpoch, baseSequence] = [this.#epochs[index] ?? 0, this.#sequences[index] ?? 0];
      batch.stamp({ producerId: index, producerEpoch, baseSequence }, true);
      this.#sequences[index] = baseSequence + 3;
    }
    const { log } = this.broker.hosted(partition);
    const first = log.logEndOffset;
    this.broker.append(partition, batch);
    (transactional ? this.#open : this.visible)[index]?.push(first, first + 1, first + 2);
  }

  /** Every other transaction is aborted. */
  #end(partition: TopicPartition, index: number): void {
    const open = this.#open[index] ?? [];
    if (open.length === 0) return;
    const epoch = (this.#epochs[index] ?? 0) + 1;
    const isCommitted = epoch % 2 === 0;
    this.broker.hosted(partition).log.appendMarker(index, epoch, isCommitted);
    this.broker.wake();
    this.#epochs[index] = epoch;
    this.#sequences[index] = 0;
    const visible = this.visible[index] ?? [];
    if (isCommitted) this.visible[index] = [...visible, ...open].toSorted((left, right) => left - right);
    this.#open[index] = [];
  }
}

test('whatever happens, every committed record is given once and in order', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 5, maxLength: 60 }),
      fc.constantFrom(1, 1_000, 100_000),
      async (steps, maxBufferedBytes) => {
        const world = new World(maxBufferedBytes);
        for (const step of steps) await world.take(step);
        await world.finish();
      },
    ),
    { numRuns: 100 },
  );
});
