import { expect, test } from 'vitest';

import type { RecordContext } from '../common/record-context.ts';
import { emptyRecordContext } from '../common/record-context.ts';
import { CachingRows } from './caching-rows.ts';
import { RecordCache } from './record-cache.ts';
import type { Row, RowStore } from './row-store.ts';
import { StateView } from './state-view.ts';

/** Rows that nobody reads back: each write is noted as its segment. */
class Sink implements RowStore {
  readonly written: number[] = [];

  get(): null {
    return null;
  }

  put(segment: number): void {
    this.written.push(segment);
  }

  range(): Iterable<Row> {
    return [];
  }

  segments(): readonly number[] {
    return [];
  }
}

const begin = (maxBytes = 1_000_000) => {
  const sink = new Sink();
  const record = { current: emptyRecordContext(0) };
  const rows = new CachingRows(sink, {
    cache: new RecordCache(maxBytes),
    record,
    view: new StateView(),
    cacheReads: false,
  });
  return { sink, record, rows };
};

test('a cached row keeps where its record came from, but not the bytes of the batch that it came in', () => {
  const { record, rows } = begin();
  const batch = Buffer.alloc(1_000_000);
  const context: RecordContext = {
    topic: 'in',
    partition: 3,
    offset: 42,
    timestamp: 7,
    headers: [{ key: 'h', value: Buffer.from('v') }],
    rawKey: batch.subarray(10, 12),
    rawValue: batch.subarray(12, 20),
  };
  record.current = context;
  rows.put(0, Buffer.from('a'), Buffer.from('x'));
  const seen: RecordContext[] = [];
  rows.setFlushListener(() => seen.push(record.current), false);
  record.current = emptyRecordContext(9);
  rows.flush();
  expect(seen).toEqual([{ ...context, rawKey: null, rawValue: null }]);
});

test('segments that were written and evicted are forgotten, however many windows come and go', () => {
  const { sink, rows } = begin(1_000);
  for (let segment = 0; segment < 500; segment++) rows.put(segment, Buffer.from('a'), Buffer.from('x'));
  rows.flush();
  expect(sink.written.length).toBe(500);
  expect(rows.segments(0, 500).length).toBeLessThan(30);
});
