import { gzipSync, zstdCompressSync } from 'node:zlib';
import { batchLayout } from '../../../broker/batch-layout.ts';
import { RecordBatch } from '../../../broker/record-batch.ts';
import type { CompressionType } from './compression-type.ts';
import { compressionMask, compressionTypes } from './compression-type.ts';
import { platformaticLibrary } from './platformatic-library.ts';
import { snappyFrameHeaderBytes, snappyFrameMagic } from './snappy-decoder.ts';

/** What snappy-java packs at a time. */
const snappyChunkBytes = 32_768;
const lengthOverhead = batchLayout.length + 4;

/** In the framing of snappy-java, which every client of Kafka reads. */
const packSnappy = (plain: Buffer): Buffer => {
  const { snappy } = platformaticLibrary().compressionsAlgorithms;
  const header = Buffer.alloc(snappyFrameHeaderBytes);
  snappyFrameMagic.copy(header);
  header.writeInt32BE(1, 8);
  header.writeInt32BE(1, 12);
  const parts: Buffer[] = [header];
  for (let at = 0; at < plain.length; at += snappyChunkBytes) {
    const chunk = snappy.compressSync(plain.subarray(at, at + snappyChunkBytes));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    parts.push(length, chunk);
  }
  return Buffer.concat(parts);
};

const packers: Readonly<Record<Exclude<CompressionType, 'none'>, (plain: Buffer) => Buffer>> = {
  gzip: (plain) => gzipSync(plain),
  snappy: packSnappy,
  lz4: (plain) => platformaticLibrary().compressionsAlgorithms.lz4.compressSync(plain),
  zstd: (plain) => zstdCompressSync(plain),
};

/**
 * The same batch with compressed records, its checksum computed. A batch that would not become smaller, and every batch
 * for `none`, is returned as it is. It may be stamped afterwards: the compression stays in the attributes.
 *
 * @param batch one whose records are plain
 */
export const compressBatch = (batch: RecordBatch, type: CompressionType): RecordBatch => {
  if (type === 'none' || batch.compression !== 0) return batch;
  const packed = packers[type](batch.bytes.subarray(batchLayout.records));
  const size = batchLayout.records + packed.length;
  if (size >= batch.sizeInBytes) return batch;
  const bytes = Buffer.allocUnsafe(size);
  batch.bytes.copy(bytes, 0, 0, batchLayout.records);
  packed.copy(bytes, batchLayout.records);
  bytes.writeInt32BE(size - lengthOverhead, batchLayout.length);
  const attributes = (batch.attributes & ~compressionMask) | compressionTypes.indexOf(type);
  bytes.writeInt16BE(attributes, batchLayout.attributes);
  const compressed = RecordBatch.at(bytes);
  compressed.seal();
  return compressed;
};
