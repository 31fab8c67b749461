import type { RecordBatch } from '../../../src/broker/record-batch.ts';
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts';
import { noHeaders } from '../../../src/common/headers.ts';

/** A batch of records without keys. */
export const values = (...texts: readonly string[]): RecordBatch => {
  const builder = new RecordBatchBuilder();
  for (const text of texts) builder.append(null, Buffer.from(text), 1_000, noHeaders);
  return builder.build();
};
