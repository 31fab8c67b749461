import { writeInt64 } from '../common/bytes.ts';
import type { Headers } from '../common/headers.ts';
import { batchLayout } from './batch-layout.ts';
import { RecordBatch } from './record-batch.ts';
import { varintSize, writeVarint } from './varint.ts';

const initialCapacity = 1024;

const copyInto = (target: Buffer, source: Uint8Array, at: number): number => {
  // A loop beats the call into native code for short keys.
  if (source.length <= 16) {
    for (let index = 0; index < source.length; index++) target[at + index] = source[index] as number;
  } else {
    target.set(source, at);
  }
  return at + source.length;
};

/** Collects records and encodes each at once into the bytes of one v2 batch. */
export class RecordBatchBuilder {
  #bytes: Buffer;
  #at: number = batchLayout.records;
  #count = 0;
  #baseTimestamp = 0;
  #maxTimestamp = -1;

  constructor(capacity: number = initialCapacity) {
    this.#bytes = Buffer.allocUnsafe(Math.max(capacity, batchLayout.records));
  }

  get recordCount(): number {
    return this.#count;
  }

  /** The size that the batch has now, header included. */
  get sizeInBytes(): number {
    return this.#at;
  }

  /** Adds a record. Key, value and headers are copied. */
  append(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void {
    if (this.#count === 0) this.#baseTimestamp = timestamp;
    const timestampDelta = timestamp - this.#baseTimestamp;
    const keyLength = key === null ? -1 : key.length;
    const valueLength = value === null ? -1 : value.length;
    const bodySize =
      1 +
      varintSize(timestampDelta) +
      varintSize(this.#count) +
      varintSize(keyLength) +
      Math.max(keyLength, 0) +
      varintSize(valueLength) +
      Math.max(valueLength, 0) +
      (headers.length === 0 ? 1 : headersSize(headers));
    this.#reserve(varintSize(bodySize) + bodySize);
    const bytes = this.#bytes;
    let at = writeVarint(bytes, bodySize, this.#at);
    bytes[at++] = 0;
    at = writeVarint(bytes, timestampDelta, at);
    at = writeVarint(bytes, this.#count, at);
    at = writeVarint(bytes, keyLength, at);
    if (key !== null) at = copyInto(bytes, key, at);
    at = writeVarint(bytes, valueLength, at);
    if (value !== null) at = copyInto(bytes, value, at);
    if (headers.length === 0) bytes[at++] = 0;
    else at = writeHeaders(bytes, headers, at);
    this.#at = at;
    this.#count++;
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
  }

  /**
   * The finished batch, not yet stamped with a producer. The builder must not be used again.
   *
   * @param attributes bits of `batchAttributes`
   */
  build(attributes = 0): RecordBatch {
    const bytes = this.#bytes.subarray(0, this.#at);
    writeInt64(bytes, 0, batchLayout.baseOffset);
    bytes.writeInt32BE(this.#at - 12, batchLayout.length);
    bytes.writeInt32BE(-1, batchLayout.partitionLeaderEpoch);
    bytes.writeInt8(2, batchLayout.magic);
    bytes.writeInt16BE(attributes, batchLayout.attributes);
    bytes.writeInt32BE(this.#count - 1, batchLayout.lastOffsetDelta);
    writeInt64(bytes, this.#baseTimestamp, batchLayout.baseTimestamp);
    writeInt64(bytes, this.#maxTimestamp, batchLayout.maxTimestamp);
    writeInt64(bytes, -1, batchLayout.producerId);
    bytes.writeInt16BE(-1, batchLayout.producerEpoch);
    bytes.writeInt32BE(-1, batchLayout.baseSequence);
    bytes.writeInt32BE(this.#count, batchLayout.recordCount);
    const batch = RecordBatch.at(bytes);
    batch.seal();
    return batch;
  }

  #reserve(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

const headersSize = (headers: Headers): number => {
  let size = varintSize(headers.length);
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key);
    size += varintSize(keyLength) + keyLength + varintSize(value === null ? -1 : value.length) + (value?.length ?? 0);
  }
  return size;
};

const writeHeaders = (target: Buffer, headers: Headers, start: number): number => {
  let at = writeVarint(target, headers.length, start);
  for (const { key, value } of headers) {
    const keyBytes = Buffer.from(key, 'utf8');
    at = copyInto(target, keyBytes, writeVarint(target, keyBytes.length, at));
    at = writeVarint(target, value === null ? -1 : value.length, at);
    if (value !== null) at = copyInto(target, value, at);
  }
  return at;
};
