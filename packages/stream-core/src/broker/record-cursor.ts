import type { Header, Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import { StreamsError } from '../errors/streams-error.ts';
import { batchLayout } from './batch-layout.ts';
import { VarintReader } from './varint.ts';

/** What a cursor has to know of the batch that it walks over. */
export interface CursorSource {
  readonly bytes: Buffer;
  readonly baseOffset: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly hasLogAppendTime: boolean;
  readonly recordCount: number;
}

/**
 * Walks over the records of one batch without making an object a record: `next()`, then read the fields. What `key()`
 * and `value()` return are views on the batch, valid as long as the batch is.
 */
export class RecordCursor {
  readonly bytes: Buffer;
  /** The offset of the current record. */
  offset = -1;
  /** The timestamp of the current record in epoch ms. */
  timestamp = -1;
  /** Where key and value lie in `bytes`; a negative length is null. */
  keyStart = 0;
  keyLength = -1;
  valueStart = 0;
  valueLength = -1;

  readonly #reader: VarintReader;
  readonly #baseOffset: number;
  readonly #baseTimestamp: number;
  readonly #logAppendTime: number | null;
  readonly #fromOffset: number;
  #left: number;
  #recordEnd: number = batchLayout.records;

  constructor(batch: CursorSource, fromOffset: number) {
    this.bytes = batch.bytes;
    this.#reader = new VarintReader(batch.bytes, batchLayout.records, batch.bytes.length);
    this.#baseOffset = batch.baseOffset;
    this.#baseTimestamp = batch.baseTimestamp;
    this.#logAppendTime = batch.hasLogAppendTime ? batch.maxTimestamp : null;
    this.#fromOffset = fromOffset;
    this.#left = batch.recordCount;
  }

  /**
   * Moves to the next record; false behind the last one.
   *
   * @throws StreamsError CORRUPT_BATCH when lengths inside the record contradict each other.
   */
  next(): boolean {
    while (this.#left > 0) {
      this.#left--;
      this.#step();
      if (this.offset >= this.#fromOffset) return true;
    }
    if (this.#recordEnd !== this.bytes.length)
      throw this.#corrupt(new RangeError('there are bytes behind its records'));
    return false;
  }

  /** The key of the current record, as a view; null when it has none. */
  key(): Buffer | null {
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyStart, this.keyStart + this.keyLength);
  }

  /** The value of the current record, as a view; null for a tombstone. */
  value(): Buffer | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueStart, this.valueStart + this.valueLength);
  }

  /** Bytes that the current record takes in the batch. */
  get recordSize(): number {
    return this.#recordEnd - this.keyStart;
  }

  /** The headers of the current record, decoded at each call. Their values are copies. */
  headers(): Headers {
    const start = this.valueStart + Math.max(this.valueLength, 0);
    if (this.bytes[start] === 0 && start + 1 === this.#recordEnd) return noHeaders;
    const reader = this.#reader;
    reader.at = start;
    reader.end = this.#recordEnd;
    try {
      const count = reader.read();
      const headers = count === 0 ? noHeaders : this.#readHeaders(count);
      if (reader.at !== reader.end) throw new RangeError('there are bytes behind the headers of a record');
      return headers;
    } catch (error) {
      throw this.#corrupt(error);
    } finally {
      reader.at = this.#recordEnd;
      reader.end = this.bytes.length;
    }
  }

  #step(): void {
    const reader = this.#reader;
    const previous = this.offset;
    try {
      const length = reader.read();
      const end = reader.at + length;
      if (length < 0 || end > this.bytes.length) throw new RangeError('a record is longer than its batch');
      reader.at++; // the attributes of a record are unused
      const timestampDelta = reader.read();
      this.offset = this.#baseOffset + reader.read();
      if (this.offset <= previous) throw new RangeError('the offsets of its records do not grow');
      this.timestamp = this.#logAppendTime ?? this.#baseTimestamp + timestampDelta;
      this.keyLength = reader.read();
      this.keyStart = reader.at;
      if (this.keyLength > 0) reader.at += this.keyLength;
      this.valueLength = reader.read();
      this.valueStart = reader.at;
      if (this.valueLength > 0) reader.at += this.valueLength;
      if (reader.at >= end) throw new RangeError('a key or value is longer than its record');
      this.#recordEnd = end;
      reader.at = end;
    } catch (error) {
      // The same record is read again by the next call: nobody gets past it by calling once more.
      this.#left++;
      this.offset = previous;
      reader.at = this.#recordEnd;
      throw this.#corrupt(error);
    }
  }

  #readHeaders(count: number): Headers {
    const reader = this.#reader;
    // Each header takes at least two bytes, which bounds what a damaged count can make us allocate.
    if (count < 0 || count * 2 > reader.end - reader.at) throw new RangeError(`a record claims ${count} headers`);
    const headers: Header[] = [];
    for (let index = 0; index < count; index++) {
      const key = this.#take(reader.read()).toString('utf8');
      const length = reader.read();
      headers.push({ key, value: length < 0 ? null : Buffer.from(this.#take(length)) });
    }
    return headers;
  }

  #take(length: number): Buffer {
    const reader = this.#reader;
    const start = reader.at;
    if (length < 0 || length > reader.end - start) throw new RangeError('a header is longer than its record');
    reader.at += length;
    return this.bytes.subarray(start, start + length);
  }

  #corrupt(cause: unknown): StreamsError {
    if (cause instanceof StreamsError) return cause;
    const where = `the batch at offset ${this.#baseOffset}`;
    return new StreamsError('CORRUPT_BATCH', `${where} is damaged: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
