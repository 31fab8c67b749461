import { batchLayout } from '../broker/batch-layout.ts';
import type { RecordBatch } from '../broker/record-batch.ts';
import { RecordBatchBuilder } from '../broker/record-batch-builder.ts';
import type { Headers } from '../common/headers.ts';
import type { TopicPartition } from '../common/topic-partition.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { OutputRecord } from '../processor/record-collector.ts';

/** A batch that is ready to be sent. */
export interface ReadyBatch {
  readonly partition: TopicPartition;
  readonly batch: RecordBatch;
}

interface PartitionBuffer {
  readonly partition: TopicPartition;
  builder: RecordBatchBuilder | null;
}

/** Collects output into one batch a partition. A batch is handed on when it is full, or when all are drained. */
export class RecordAccumulator {
  readonly #batchSizeBytes: number;
  readonly #onReady: (ready: ReadyBatch) => void;
  readonly #buffers = new Map<string, PartitionBuffer[]>();
  readonly #open = new Set<PartitionBuffer>();

  constructor(batchSizeBytes: number, onReady: (ready: ReadyBatch) => void) {
    this.#batchSizeBytes = batchSizeBytes;
    this.#onReady = onReady;
  }

  /** Whether records wait in a batch that is not full. */
  get hasRecords(): boolean {
    return this.#open.size > 0;
  }

  /** Bytes of the batches that are not full. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const { builder } of this.#open) bytes += builder?.sizeInBytes ?? 0;
    return bytes;
  }

  /**
   * Adds a record to the batch of its partition.
   *
   * @param maxBatchBytes what the topic accepts as a batch
   * @throws StreamsError RECORD_TOO_LARGE when the record alone is more than that
   */
  append({ topic, partition, key, value, timestamp, headers }: OutputRecord, maxBatchBytes: number): void {
    const buffer = this.#buffer(topic, partition);
    const size = recordSizeBound(key, value, headers);
    if (buffer.builder !== null && buffer.builder.sizeInBytes + size > maxBatchBytes)
      this.#finish(buffer, buffer.builder);
    if (buffer.builder === null && batchLayout.records + size > maxBatchBytes)
      throw tooLarge(topic, size, maxBatchBytes);
    const builder = this.#builderOf(buffer);
    builder.append(key, value, timestamp, headers);
    if (builder.sizeInBytes >= this.#batchSizeBytes) this.#finish(buffer, builder);
  }

  /** Hands on all batches, full or not. */
  drain(): void {
    for (const buffer of this.#open) if (buffer.builder !== null) this.#finish(buffer, buffer.builder);
  }

  /** Forgets what was not handed on. */
  clear(): void {
    for (const buffer of this.#open) buffer.builder = null;
    this.#open.clear();
  }

  #buffer(topic: string, partition: number): PartitionBuffer {
    let buffers = this.#buffers.get(topic);
    if (buffers === undefined) {
      buffers = [];
      this.#buffers.set(topic, buffers);
    }
    let buffer = buffers[partition];
    if (buffer === undefined) {
      buffer = { partition: { topic, partition }, builder: null };
      buffers[partition] = buffer;
    }
    return buffer;
  }

  #builderOf(buffer: PartitionBuffer): RecordBatchBuilder {
    let { builder } = buffer;
    if (builder === null) {
      builder = new RecordBatchBuilder();
      buffer.builder = builder;
      this.#open.add(buffer);
    }
    return builder;
  }

  #finish(buffer: PartitionBuffer, builder: RecordBatchBuilder): void {
    buffer.builder = null;
    this.#open.delete(buffer);
    this.#onReady({ partition: buffer.partition, batch: builder.build() });
  }
}

// Lengths, deltas and the attributes of a record never take more than this.
const recordOverheadBound = 32;
const headerOverheadBound = 10;

/** The most that a record can take in a batch. */
const recordSizeBound = (key: Uint8Array | null, value: Uint8Array | null, headers: Headers): number => {
  let size = recordOverheadBound + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) size += headerOverheadBound + 3 * header.key.length + (header.value?.length ?? 0);
  return size;
};

const tooLarge = (topic: string, size: number, maxBatchBytes: number): StreamsError =>
  new StreamsError(
    'RECORD_TOO_LARGE',
    `A record of about ${size} bytes is more than ${topic} accepts (${maxBatchBytes}); raise max.message.bytes of the topic`,
    { context: { topic } },
  );
