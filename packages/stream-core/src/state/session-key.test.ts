import { expect, test } from 'vitest';

import { endOfSessionKey, keyOfSessionKey, sessionKey, startOfSessionKey } from './session-key.ts';

test('has the bytes of SessionKeySchema: key, end, start', () => {
  // Recorded from Kafka Streams.
  expect(sessionKey(Buffer.from('a'), { start: 100, end: 150 }).toString('base64')).toBe('YQAAAAAAAACWAAAAAAAAAGQ=');
});

test('reads back what it wrote', () => {
  const bytes = sessionKey(Buffer.from('key'), { start: 2 ** 40, end: 2 ** 41 });
  expect(String(keyOfSessionKey(bytes))).toBe('key');
  expect([startOfSessionKey(bytes), endOfSessionKey(bytes)]).toEqual([2 ** 40, 2 ** 41]);
});
