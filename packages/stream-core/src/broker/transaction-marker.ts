import { noHeaders } from '../common/headers.ts';
import type { BatchProducer, RecordBatch } from './record-batch.ts';
import { batchAttributes } from './record-batch.ts';
import { RecordBatchBuilder } from './record-batch-builder.ts';

/** The types that the key of a control record names. */
const abortType = 0;
const commitType = 1;

/** The control batch that ends a transaction in one partition (KIP-98): key = version, type; value = version, epoch. */
export const transactionMarker = (producer: BatchProducer, committed: boolean, timestamp: number): RecordBatch => {
  const key = Buffer.alloc(4);
  key.writeInt16BE(committed ? commitType : abortType, 2);
  const builder = new RecordBatchBuilder(128);
  builder.append(key, Buffer.alloc(6), timestamp, noHeaders);
  const batch = builder.build(batchAttributes.control);
  batch.stamp(producer, true);
  return batch;
};

/** True when a control batch says that its transaction was aborted. */
export const isAbortMarker = (batch: RecordBatch): boolean => {
  const cursor = batch.cursor();
  const key = cursor.next() ? cursor.key() : null;
  return key !== null && key.length >= 4 && key.readInt16BE(2) === abortType;
};
