import { expect, test } from 'vitest';

import { MemoryDisk } from './memory-disk.ts';

const taskId = { subtopology: 0, partition: 0 };
const key = Buffer.from('k');

test('a disk that cannot be written fails at the commit, and has what it had before when it is mended', () => {
  const disk = new MemoryDisk();
  const engine = disk.acquire().open(taskId, { memoryBytes: 0 });
  disk.fault = 'writes fail';
  const batch = engine.batch();
  batch.put(key, key);
  expect(() => batch.commit()).toThrow(/cannot be written/u);
  disk.fault = null;
  expect(engine.get(key)).toBeNull();
});

test('nothing can be opened on a disk that is read-only', () => {
  const disk = new MemoryDisk();
  const directory = disk.acquire();
  disk.fault = 'read-only';
  expect(() => directory.open(taskId, { memoryBytes: 0 })).toThrow(/read-only/u);
  disk.fault = null;
  expect(directory.open(taskId, { memoryBytes: 0 }).get(key)).toBeNull();
});
