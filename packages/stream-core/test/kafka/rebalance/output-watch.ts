import type { BrokerClient } from '../../../src/broker/broker.ts';
import type { Fetcher } from '../../../src/broker/fetcher.ts';
import type { Clock } from '../../../src/common/clock.ts';
import { sleep } from '../../../src/common/clock.ts';

/** When a record came to a reader, and who had written it. */
interface Arrival {
  readonly atMs: number;
  readonly writer: string;
}

/** A stretch of time, of a monotonic clock. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The longest that readers of one partition had to wait for its next record. */
export interface PartitionGap {
  readonly partition: number;
  readonly gapMs: number;
  /** Who wrote it in that time, beginning with who had written the record before. */
  readonly writers: readonly string[];
}

/** Reads the output of the application as it becomes visible under read_committed. */
export class OutputWatch {
  readonly #clock: Clock;
  readonly #fetcher: Fetcher;
  readonly #arrivals: Arrival[][];
  #isReading = true;
  #failure: unknown = null;
  readonly #loop: Promise<void>;

  constructor(client: BrokerClient, { clock, topic, partitions }: { clock: Clock; topic: string; partitions: number }) {
    this.#clock = clock;
    this.#fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 1_048_576 });
    this.#arrivals = Array.from({ length: partitions }, () => []);
    const all = this.#arrivals.map((_, partition) => ({ topic, partition }));
    this.#fetcher.assign(all);
    for (const each of all) this.#fetcher.seek(each, 0);
    this.#loop = this.#read();
  }

  /** How many records of each partition came. */
  counts(): readonly number[] {
    return this.#arrivals.map(({ length }) => length);
  }

  /** Waits until every partition has had so many records. */
  async reaches(count: number): Promise<void> {
    await this.until(`each partition of the output has ${count} records`, () =>
      this.counts().every((each) => each >= count),
    );
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const deadline = this.#clock.monotonic() + 120_000;
    while (!condition()) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#clock.monotonic() > deadline) throw new Error(`waited in vain until ${what}: ${this.counts()}`);
      await sleep(this.#clock, 20);
    }
  }

  /** Who has written the last record of each partition. */
  writers(): readonly (string | null)[] {
    return this.#arrivals.map((arrivals) => arrivals.at(-1)?.writer ?? null);
  }

  /** The largest gap of each partition in a stretch of time. */
  gaps({ fromMs, toMs }: Span): readonly PartitionGap[] {
    return this.#arrivals.map((arrivals, partition) => {
      const first = arrivals.findIndex(({ atMs }) => atMs > fromMs);
      const before = arrivals[(first < 0 ? arrivals.length : first) - 1];
      const inside = first < 0 ? [] : arrivals.slice(first).filter(({ atMs }) => atMs <= toMs);
      const writers = new Set([...(before === undefined ? [] : [before]), ...inside].map(({ writer }) => writer));
      let lastMs = before?.atMs ?? fromMs;
      let gapMs = 0;
      for (const atMs of [...inside.map((arrival) => arrival.atMs), toMs]) {
        gapMs = Math.max(gapMs, atMs - lastMs);
        lastMs = atMs;
      }
      return { partition, gapMs: Math.round(gapMs), writers: [...writers] };
    });
  }

  async close(): Promise<void> {
    this.#isReading = false;
    this.#fetcher.wakeup();
    await this.#loop;
    await this.#fetcher.close();
  }

  async #read(): Promise<void> {
    try {
      while (this.#isReading) await this.#poll();
    } catch (error) {
      this.#failure = error;
    }
  }

  async #poll(): Promise<void> {
    for (const { topicPartition, batches, position } of await this.#fetcher.poll(200)) {
      const atMs = this.#clock.monotonic();
      for (const batch of batches) {
        const cursor = batch.cursor(position);
        while (cursor.next()) {
          const [, writer = ''] = Buffer.from(cursor.value() ?? [])
            .toString()
            .split(' ');
          this.#arrivals[topicPartition.partition]?.push({ atMs, writer });
        }
      }
    }
  }
}
