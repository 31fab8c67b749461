import { expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { stores } from './stores.ts';

const text = { key: serdes.string(), value: serdes.string() };

test('a versioned store is compacted only behind its history, and never cached', () => {
  const builder = stores.versionedKeyValueStore({ name: 's', ...text, historyRetention: '1h' });
  expect(builder.cleanup).toEqual({ policy: 'compact', minCompactionLagMs: 3_600_000 });
  expect(builder.cachingEnabled).toBe(false);
});

test('a session store is deleted by time too', () => {
  const builder = stores.sessionStore({ name: 's', ...text, retention: '1h', caching: true });
  expect(builder.cleanup).toEqual({ policy: 'compact,delete', retentionMs: 3_600_000 });
  expect(builder.cachingEnabled).toBe(true);
});

test('the changelog of a window store is compacted unless every row of it is one of its own', () => {
  const options = { name: 's', ...text, retention: '1h', windowSize: '1m' } as const;
  expect(stores.windowStore(options).cleanup).toEqual({ policy: 'compact,delete', retentionMs: 3_600_000 });
  const duplicates = stores.windowStore({ ...options, retainDuplicates: true });
  expect(duplicates.cleanup).toEqual({ policy: 'delete', retentionMs: 3_600_000 });
});

test('lengths of time that make no sense are refused with the name of the store', () => {
  expect(() => stores.sessionStore({ name: 's', ...text, retention: -1 })).toThrow('retention of store s');
  expect(() => stores.versionedKeyValueStore({ name: 's', ...text, historyRetention: -1 })).toThrow(
    'history retention of store s',
  );
  expect(() => stores.versionedKeyValueStore({ name: 's', ...text, historyRetention: 1, segmentInterval: 0 })).toThrow(
    'store s: the segment interval must not be 0',
  );
});
