import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { sleep, systemClock } from '../../src/common/clock.ts';

/** Where downloads stay, so that only the first start on a machine waits for them. */
export const cacheFolder: string = join(tmpdir(), `millrace-servers-${userInfo().uid}`);

/** True while the process exists. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A link is made at once with its content: no lock is ever seen without the number of its process. */
const tryLock = async (file: string): Promise<boolean> => {
  const own = `${file}.${process.pid}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, file);
    return true;
  } catch {
    return false;
  } finally {
    await rm(own, { force: true });
  }
};

/** True for the lock of a process that died. */
const isAbandoned = async (file: string): Promise<boolean> => {
  const pid = Number(await readFile(file, 'utf8').catch(() => String(process.pid)));
  return !isAlive(pid);
};

/** Runs `act` while no other process of this machine runs one under the same name. */
export const withLock = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
  await mkdir(cacheFolder, { recursive: true });
  const file = join(cacheFolder, `${name}.lock`);
  while (!(await tryLock(file))) {
    if (await isAbandoned(file)) await rm(file, { force: true });
    else await sleep(systemClock, 100);
  }
  try {
    return await act();
  } finally {
    await rm(file, { force: true });
  }
};

/** A folder of the cache. `fill` is called when it is not there yet, by one process only; half of it is never seen. */
export const cachedFolder = async (name: string, fill: (folder: string) => Promise<void>): Promise<string> => {
  const folder = join(cacheFolder, name);
  if (existsSync(folder)) return folder;
  return withLock(name, async () => {
    if (existsSync(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await fill(partial);
    await rename(partial, folder);
    return folder;
  });
};
