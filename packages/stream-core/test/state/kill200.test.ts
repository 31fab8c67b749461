import { describe, expect, test } from 'vitest';

import { seededChance } from '../../src/common/chance.ts';
import { childCommand, killAfter } from './child-process.ts';
import type { EngineName } from './engines.ts';
import { makeBackend, onBothEngines, temporaryDirectory } from './engines.ts';
import { commitBatch, differenceOf, lastBatch } from './numbered-batches.ts';

const taskId = { subtopology: 0, partition: 0 };
const kills = 200;

/** The last batch of a sound database. */
const checked = (name: EngineName, directory: string): number => {
  const acquired = makeBackend(name, directory).acquire('app');
  const engine = acquired.open(taskId, { memoryBytes: 1 });
  expect(differenceOf(engine)).toBeNull();
  const last = lastBatch(engine);
  engine.close();
  acquired.close();
  return last;
};

onBothEngines((name) => {
  describe('SIGKILL', () => {
    test(`of a process that writes loses no batch that was acknowledged, ${kills} times`, {
      timeout: 900_000,
    }, async () => {
      const directory = temporaryDirectory();
      const chance = seededChance(11);
      for (let kill = 0; kill < kills; kill++) {
        const acknowledged = Number(
          await killAfter(childCommand('write', name, directory), 1 + Math.floor(chance() * 150)),
        );
        const last = checked(name, directory);
        expect(last).toBeGreaterThanOrEqual(acknowledged);
        expect(last).toBeLessThanOrEqual(acknowledged + 1);
      }
    });

    test('of a process that holds the directory leaves it free', { timeout: 60_000 }, async () => {
      const directory = temporaryDirectory();
      const locked = expect.objectContaining({ code: 'STATE_LOCKED' });
      const acquired = makeBackend(name, directory).acquire('app');
      acquired.close();
      expect(await killAfter(childCommand('hold', name, directory), 1)).toBe('held');
      const again = makeBackend(name, directory).acquire('app');
      expect(() => makeBackend(name, directory).acquire('app')).toThrow(locked);
      const engine = again.open(taskId, { memoryBytes: 1 });
      commitBatch(engine, 1);
      engine.close();
      again.close();
    });
  });

  test('another process finds the directory locked', { timeout: 60_000 }, async () => {
    const directory = temporaryDirectory();
    const acquired = makeBackend(name, directory).acquire('app');
    expect(await killAfter(childCommand('check', name, directory), 1)).toBe('STATE_LOCKED');
    acquired.close();
    expect(await killAfter(childCommand('check', name, directory), 1)).toBe('0 sound');
  });
});
