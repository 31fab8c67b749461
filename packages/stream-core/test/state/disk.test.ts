import { accessSync, chmodSync, constants } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { childCommand, linesOf, run, withMount } from './child-process.ts';
import type { EngineName } from './engines.ts';
import { makeBackend, onBothEngines, temporaryDirectory } from './engines.ts';
import { commitBatch } from './numbered-batches.ts';

const taskId = { subtopology: 0, partition: 0 };
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** A directory with a sound database of three batches. */
const sound = (name: EngineName): string => {
  const directory = temporaryDirectory();
  const acquired = makeBackend(name, directory).acquire('app');
  const engine = acquired.open(taskId, { memoryBytes: 1 });
  for (const number of [1, 2, 3]) commitBatch(engine, number);
  engine.close();
  acquired.close();
  return directory;
};

/** A file size limit is what is left where nothing can be mounted. Its signal must be ignored to become an error. */
const limited = (command: readonly string[]): string[] => [
  'sh',
  '-c',
  'trap "" XFSZ; ulimit -f 400; exec "$@"',
  'sh',
  ...command,
];

/** Whether somebody without rights can at least read this program. */
const isReadableByAll = (): boolean =>
  run([process.execPath, '-e', `require('fs').accessSync(${JSON.stringify(import.meta.filename)})`], {
    uid: nobody,
    gid: nobody,
  }).status === 0;

onBothEngines((name) => {
  describe('a disk', () => {
    test('that is full ends in STATE_FAILED, and everything acknowledged is there afterwards', {
      timeout: 120_000,
    }, () => {
      const directory = temporaryDirectory();
      const command = childCommand('fill', name, directory);
      const result = run(withMount(`mount -t tmpfs -o size=6m none ${directory}`, command) ?? limited(command));
      const [failure = '', second, ...rest] = linesOf(result);
      expect(failure, result.stderr).toMatch(/^STATE_FAILED after \d+$/);
      const acknowledged = Number(failure.split(' ').at(-1));
      expect(acknowledged).toBeGreaterThan(10);
      expect(second).toBe('STATE_FAILED');
      expect([`${acknowledged} sound`, `${acknowledged + 1} sound`]).toContain(rest.at(-1));
    });

    test('that can only be read from is STATE_FAILED, and nothing is touched', { timeout: 60_000 }, () => {
      const directory = sound(name);
      const command = childCommand('check', name, directory);
      const mounted = withMount(
        `mount --bind ${directory} ${directory} && mount -o remount,ro,bind ${directory}`,
        command,
      );
      if (mounted !== null) expect(linesOf(run(mounted))).toEqual(['STATE_FAILED']);
      expect(linesOf(run(command))).toEqual(['3 sound']);
    });
  });

  test('a directory without rights is STATE_FAILED', { timeout: 60_000 }, () => {
    const directory = sound(name);
    const command = childCommand('check', name, directory);
    if (isRoot && !isReadableByAll()) return;
    const user = isRoot ? { uid: nobody, gid: nobody } : {};
    chmodSync(directory, 0o000);
    expect(linesOf(run(command, user))).toEqual(['STATE_FAILED']);
    chmodSync(directory, 0o555);
    if (!isRoot) chmodSync(`${directory}/app`, 0o555);
    expect(linesOf(run(command, user))).toEqual(['STATE_FAILED']);
    chmodSync(directory, 0o755);
    if (!isRoot) chmodSync(`${directory}/app`, 0o755);
    accessSync(directory, constants.W_OK);
    expect(linesOf(run(command))).toEqual(['3 sound']);
  });
});
