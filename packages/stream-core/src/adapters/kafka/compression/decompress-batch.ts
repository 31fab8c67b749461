import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import { batchLayout } from '../../../broker/batch-layout.ts';
import { RecordBatch } from '../../../broker/record-batch.ts';
import { errorMessage, StreamsError } from '../../../errors/streams-error.ts';
import { BoundedOutput } from './bounded-output.ts';
import { compressionMask, compressionTypes } from './compression-type.ts';
import { unpackLz4 } from './lz4-decoder.ts';
import { unpackSnappy } from './snappy-decoder.ts';

/** Data that compresses well grows by about so much; a guess too low costs one more copy. */
const usualRatio = 4;
const largestChunkBytes = 262_144;
const lengthOverhead = batchLayout.length + 4;

/** The header, still to be filled, and the plain records behind it. */
const unpack = (packed: Buffer, type: number, maxBytes: number): Buffer => {
  const headerBytes = batchLayout.records;
  const expectedBytes = packed.length * usualRatio;
  const name = compressionTypes[type];
  if (name === 'gzip' || name === 'zstd') {
    const chunkSize = Math.min(Math.max(expectedBytes, 1_024), largestChunkBytes);
    const options = { maxOutputLength: maxBytes, chunkSize };
    const plain = name === 'gzip' ? gunzipSync(packed, options) : zstdDecompressSync(packed, options);
    return Buffer.concat([Buffer.alloc(headerBytes), plain]);
  }
  const output = new BoundedOutput({ headerBytes, expectedBytes, maxBytes });
  if (name === 'snappy') unpackSnappy(packed, output);
  else if (name === 'lz4') unpackLz4(packed, output);
  else throw new RangeError(`there is no compression of number ${type}`);
  return output.bytes;
};

/**
 * The same batch with plain records, as a cursor reads it; a batch that is not compressed is returned as it is.
 *
 * @param maxBytes the most that the records may take when they are unpacked
 * @throws StreamsError CORRUPT_BATCH when the data is damaged or unpacks to more
 */
export const decompressBatch = (batch: RecordBatch, maxBytes: number): RecordBatch => {
  const { compression } = batch;
  if (compression === 0) return batch;
  try {
    const bytes = unpack(batch.bytes.subarray(batchLayout.records), compression, maxBytes);
    batch.bytes.copy(bytes, 0, 0, batchLayout.records);
    bytes.writeInt32BE(bytes.length - lengthOverhead, batchLayout.length);
    bytes.writeInt16BE(batch.attributes & ~compressionMask, batchLayout.attributes);
    const plain = RecordBatch.at(bytes);
    plain.seal();
    return plain;
  } catch (cause) {
    const type = compressionTypes[compression] ?? `compression ${compression}`;
    const where = `the batch at offset ${batch.baseOffset}`;
    throw new StreamsError(
      'CORRUPT_BATCH',
      `${where} cannot be unpacked (${type}, at most ${maxBytes} bytes): ${errorMessage(cause)}`,
      { cause },
    );
  }
};
