import type { RecordBatch } from '@millrace/stream-core/broker';
import { RecordBatchBuilder } from '@millrace/stream-core/broker';
import type { Benchmark } from '../benchmark.ts';

const batchBytes = 128 * 1024;
const keys = Array.from({ length: 1_000 }, (_, index) => Buffer.from(`key-${index}`));
const value = Buffer.alloc(100, 'x');

const encode = (records: number): RecordBatch[] => {
  const batches: RecordBatch[] = [];
  let builder = new RecordBatchBuilder(batchBytes + 512);
  for (let index = 0; index < records; index++) {
    builder.append(keys[index % keys.length] as Buffer, value, 1_700_000_000_000 + index, []);
    if (builder.sizeInBytes >= batchBytes) {
      batches.push(builder.build());
      builder = new RecordBatchBuilder(batchBytes + 512);
    }
  }
  if (builder.recordCount > 0) batches.push(builder.build());
  return batches;
};

const count = (batches: readonly RecordBatch[]): number =>
  batches.reduce((sum, { recordCount }) => sum + recordCount, 0);

const decode = (batches: readonly RecordBatch[]): number => {
  let records = 0;
  for (const batch of batches) {
    const cursor = batch.cursor();
    while (cursor.next()) if (cursor.key() !== null && cursor.value() !== null) records++;
  }
  return records;
};

/** Encoding and decoding v2 record batches, key and value of every record read. */
export const recordBatchCodec: Benchmark = {
  question: 'record-batch codec: what does a record of 110 bytes cost?',
  records: 200_000,
  targets: { encode: 0.15, 'decode with key and value': 0.3 },
  contenders: [
    {
      name: 'encode',
      prepare: (records) => {
        let batches: readonly RecordBatch[] = [];
        return {
          work: () => {
            batches = encode(records);
          },
          result: () => count(batches),
        };
      },
    },
    {
      name: 'decode with key and value',
      prepare: (records) => {
        const batches = encode(records);
        let decoded = 0;
        return {
          work: () => {
            decoded = decode(batches);
          },
          result: () => decoded,
        };
      },
    },
  ],
};
