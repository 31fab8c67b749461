import { describe, expect, test } from 'vitest';

import type { RecordedBuffer } from './recorded-buffers.ts';
import { bufferDifferences } from './recorded-buffers.ts';
import type { RecordedStore } from './recorded-stores.ts';
import { recordedAnswers, sessionDifferences, versionedDifferences } from './recorded-stores.ts';

describe('the recorded answers of the stores of Kafka Streams', () => {
  test('session stores, persistent and in memory, with the record cache and without', () => {
    const recorded = recordedAnswers<RecordedStore>('session.jsonl.gz');
    expect(recorded.length).toBe(150);
    expect(recorded.flatMap(sessionDifferences)).toEqual([]);
  });

  test('versioned stores', () => {
    const recorded = recordedAnswers<RecordedStore>('versioned.jsonl.gz');
    expect(recorded.length).toBe(60);
    expect(recorded.flatMap(versionedDifferences)).toEqual([]);
  });

  test('suppress buffers', () => {
    const recorded = recordedAnswers<RecordedBuffer>('suppress.jsonl.gz');
    expect(recorded.length).toBe(60);
    expect(recorded.flatMap(bufferDifferences)).toEqual([]);
  });
});
