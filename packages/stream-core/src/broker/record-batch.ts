import { crc32c } from '@node-rs/crc32';

import { asBuffer, readInt64, writeInt64 } from '../common/bytes.ts';
import { StreamsError } from '../errors/streams-error.ts';
import { batchLayout } from './batch-layout.ts';
import { RecordCursor } from './record-cursor.ts';

/** Bytes in front of the length field's own count: base offset and length. */
const logOverhead = 12;

const compressionMask = 0x07;

/** The bits of a batch's attributes, its compression left aside. */
export const batchAttributes = { logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const;
const logAppendTimeBit = batchAttributes.logAppendTime;
const transactionalBit = batchAttributes.transactional;
const controlBit = batchAttributes.control;

/** Who wrote a batch; all -1 for a producer that is not idempotent. */
export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

const corrupt = (message: string): StreamsError => new StreamsError('CORRUPT_BATCH', message);

/** One record batch as it lies in a log: a view on its bytes, with nothing decoded. */
export class RecordBatch {
  readonly bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /**
   * The batch that starts at `at`; its own length field says where it ends.
   *
   * @throws StreamsError CORRUPT_BATCH when it is cut off, of another format, or its lengths make no sense.
   */
  static at(source: Uint8Array, at = 0): RecordBatch {
    const buffer = asBuffer(source);
    if (buffer.length - at < batchLayout.records) throw corrupt('a record batch is cut off in its header');
    const size = buffer.readInt32BE(at + batchLayout.length) + logOverhead;
    if (size < batchLayout.records || size > buffer.length - at) {
      throw corrupt(`a record batch of ${size} bytes does not fit into the ${buffer.length - at} that are there`);
    }
    const magic = buffer.readInt8(at + batchLayout.magic);
    if (magic !== 2) throw corrupt(`a record batch has format ${magic}; only format 2 is read`);
    // A reader steps by this field: it would never get past a batch that ends before it begins.
    const lastOffsetDelta = buffer.readInt32BE(at + batchLayout.lastOffsetDelta);
    if (lastOffsetDelta < 0) throw corrupt(`a record batch claims ${lastOffsetDelta} as its last offset delta`);
    return new RecordBatch(buffer.subarray(at, at + size));
  }

  get baseOffset(): number {
    return readInt64(this.bytes, batchLayout.baseOffset);
  }

  get lastOffset(): number {
    return this.baseOffset + this.bytes.readInt32BE(batchLayout.lastOffsetDelta);
  }

  /** The offset behind the batch, where the next one may start. */
  get nextOffset(): number {
    return this.lastOffset + 1;
  }

  get sizeInBytes(): number {
    return this.bytes.length;
  }

  get recordCount(): number {
    return this.bytes.readInt32BE(batchLayout.recordCount);
  }

  get partitionLeaderEpoch(): number {
    return this.bytes.readInt32BE(batchLayout.partitionLeaderEpoch);
  }

  get baseTimestamp(): number {
    return readInt64(this.bytes, batchLayout.baseTimestamp);
  }

  get maxTimestamp(): number {
    return readInt64(this.bytes, batchLayout.maxTimestamp);
  }

  get producerId(): number {
    return readInt64(this.bytes, batchLayout.producerId);
  }

  get producerEpoch(): number {
    return this.bytes.readInt16BE(batchLayout.producerEpoch);
  }

  get baseSequence(): number {
    return this.bytes.readInt32BE(batchLayout.baseSequence);
  }

  get attributes(): number {
    return this.bytes.readInt16BE(batchLayout.attributes);
  }

  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. A cursor reads only what is not compressed. */
  get compression(): number {
    return this.attributes & compressionMask;
  }

  get isTransactional(): boolean {
    return (this.attributes & transactionalBit) !== 0;
  }

  /** A control batch holds a transaction marker and no user record. */
  get isControl(): boolean {
    return (this.attributes & controlBit) !== 0;
  }

  /** True when the broker replaced the timestamps by its own clock: then all are `maxTimestamp`. */
  get hasLogAppendTime(): boolean {
    return (this.attributes & logAppendTimeBit) !== 0;
  }

  /** Checks the CRC-32C over everything behind the checksum. */
  get isIntact(): boolean {
    return this.bytes.readUInt32BE(batchLayout.crc) === crc32c(this.bytes.subarray(batchLayout.attributes));
  }

  /** Reads the records from `fromOffset` on; earlier ones in the batch are passed over. */
  cursor(fromOffset = 0): RecordCursor {
    if (this.compression !== 0)
      throw corrupt(`the records are compressed (${this.compression}) and must be unpacked first`);
    return new RecordCursor(this, fromOffset);
  }

  /** What the broker alone decides: the place in the log. Neither field is covered by the checksum. */
  place(baseOffset: number, partitionLeaderEpoch: number): void {
    writeInt64(this.bytes, baseOffset, batchLayout.baseOffset);
    this.bytes.writeInt32BE(partitionLeaderEpoch, batchLayout.partitionLeaderEpoch);
  }

  /** Writes who sends the batch and computes the checksum anew. */
  stamp(producer: BatchProducer, transactional: boolean): void {
    const attributes = (this.attributes & ~transactionalBit) | (transactional ? transactionalBit : 0);
    this.bytes.writeInt16BE(attributes, batchLayout.attributes);
    writeInt64(this.bytes, producer.producerId, batchLayout.producerId);
    this.bytes.writeInt16BE(producer.producerEpoch, batchLayout.producerEpoch);
    this.bytes.writeInt32BE(producer.baseSequence, batchLayout.baseSequence);
    this.seal();
  }

  /** Computes the checksum over what the batch holds now. */
  seal(): void {
    this.bytes.writeUInt32BE(crc32c(this.bytes.subarray(batchLayout.attributes)), batchLayout.crc);
  }
}

/** The batches that lie one after the other in `bytes`. A batch that is cut off at the end is left out, as Kafka sends it. */
export const splitBatches = (bytes: Uint8Array): RecordBatch[] => {
  const buffer = asBuffer(bytes);
  const batches: RecordBatch[] = [];
  let at = 0;
  while (buffer.length - at >= logOverhead) {
    const size = buffer.readInt32BE(at + batchLayout.length) + logOverhead;
    if (size < batchLayout.records) throw corrupt(`a record batch claims ${size} bytes`);
    if (size > buffer.length - at) break;
    batches.push(RecordBatch.at(buffer, at));
    at += size;
  }
  return batches;
};
