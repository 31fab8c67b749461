import { expect, test } from 'vitest';
import { coreProcessing } from '../../../test/payments/samples.ts';
import { outsideWorld } from '../../../test/payments/topology-deps.ts';
import { VirtualPipeline } from '../../../test/payments/virtual-pipeline.ts';
import type { CoreProcessing } from '../generated/avro-types.ts';
import { topicNames } from '../topics.ts';
import { TopicReader } from './topic-reader.ts';

const pipeline = new VirtualPipeline(outsideWorld());
const answer = coreProcessing({ debitedAmount: -1n, creditedAmount: 0n, transactionFee: 999_999_999_999_999_999n });
const bytes = pipeline.encode(pipeline.serdes.core, topicNames.core, answer);

const read = (...values: readonly (Uint8Array | null)[]) => {
  const records = values.map((value) => ({ key: Buffer.from('ключ'), value, timestamp: 7 }));
  const reader = new TopicReader({ ...pipeline.source(), records: () => records });
  return { entries: [...reader.read<CoreProcessing>('any')], unreadable: reader.unreadable };
};

test('reads what the pipeline has written, amounts to the cent', () => {
  const { entries, unreadable } = read(bytes);
  expect(entries).toEqual([{ key: 'ключ', value: expect.objectContaining({ ...answer }), timestamp: 7 }]);
  expect(unreadable).toBe(0);
});

test('counts what cannot be read, and goes on', () => {
  const otherSchema = Buffer.from(bytes);
  otherSchema.writeUInt32BE(4_000_000, 1);
  const bad = [null, Buffer.alloc(0), Buffer.alloc(4), Buffer.from('{"a": 1}'), otherSchema];
  const damaged = [bytes.subarray(0, bytes.length - 1), Buffer.concat([bytes, Buffer.alloc(1)])];
  const { entries, unreadable } = read(bytes, ...bad, ...damaged, bytes);
  expect(entries).toHaveLength(2);
  expect(unreadable).toBe(bad.length + damaged.length);
});
