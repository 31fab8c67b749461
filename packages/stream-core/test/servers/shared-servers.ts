import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sleep, systemClock } from '../../src/common/clock.ts';
import { cacheFolder, isAlive, withLock } from './server-cache.ts';
import { requireWay } from './server-way.ts';

/** A server that all test files of one run use together. */
export interface SharedServer {
  /** `host:port` pairs of Kafka, or the URL of the registry. */
  readonly address: string;
  /** False for a server that was there before: it may have settings and data of its own. */
  readonly isOurs: boolean;
}

const program = fileURLToPath(new URL('main.ts', import.meta.url));

/** Test files run in processes of their own, all children of the one that ends last. */
const owner = process.ppid;

const launch = async (kind: 'kafka' | 'registry', addressFile: string): Promise<void> => {
  const log = openSync(`${addressFile}.log`, 'a');
  const args = [
    '--conditions=@millrace/source',
    program,
    kind,
    '--owner',
    String(owner),
    '--address-file',
    addressFile,
  ];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  while (!existsSync(addressFile)) {
    if (child.exitCode !== null)
      throw new Error(`${kind} did not start:\n${await readFile(`${addressFile}.log`, 'utf8')}`);
    await sleep(systemClock, 100);
  }
};

const shared = async (kind: 'kafka' | 'registry'): Promise<string> => {
  const folder = join(cacheFolder, 'shared');
  await mkdir(folder, { recursive: true });
  const addressFile = join(folder, `${kind}-${owner}`);
  const address = async (): Promise<string | null> => {
    const [server, pid] = (await readFile(addressFile, 'utf8').catch(() => '')).split('\n');
    return server !== undefined && server !== '' && isAlive(Number(pid)) ? server : null;
  };
  return withLock(`shared-${kind}-${owner}`, async () => {
    const running = await address();
    if (running !== null) return running;
    await launch(kind, addressFile);
    return (await address()) ?? '';
  });
};

/**
 * The Kafka of this test run: the first file that asks starts it, and it ends with the run. Topics, groups and
 * transactional ids need names that nobody else has.
 */
export const sharedKafka = async (): Promise<SharedServer> => {
  if (requireWay('kafka') === 'environment') return { address: process.env['KAFKA_BOOTSTRAP'] ?? '', isOurs: false };
  return { address: await shared('kafka'), isOurs: true };
};
