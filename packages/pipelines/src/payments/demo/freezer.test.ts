import { expect, test } from 'vitest';
import { Freezer } from './freezer.ts';

test('requests of a frozen client never return until the end, and then fail', async () => {
  const freezer = new Freezer();
  expect(freezer.beforeRequest('fetch', 'a')).toBeUndefined();
  freezer.freeze('a');
  const held = freezer.afterRequest('produce', 'a');
  expect(await Promise.race([held, 'still waiting'])).toBe('still waiting');
  freezer.end();
  await expect(held).rejects.toMatchObject({ code: 'CLOSED' });
  expect(() => freezer.beforeRequest('fetch', 'a')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
});

test('others go on', () => {
  const freezer = new Freezer();
  freezer.freeze('a');
  expect(freezer.beforeRequest('fetch', 'b')).toBeUndefined();
  expect(freezer.afterRequest('fetch', 'b')).toBeUndefined();
});
