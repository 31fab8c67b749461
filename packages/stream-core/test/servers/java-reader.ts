import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { IsolationLevel } from '../../src/broker/fetcher.ts';
import { kafkaClassPath, kafkaVersion } from './java-runtime.ts';
import { runCommand } from './run-command.ts';
import { cachedFolder } from './server-cache.ts';

/** A record as Kafka's own consumer gave it; bytes are hexadecimal. */
export interface JavaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [name: string, value: string | null])[];
}

const source = fileURLToPath(new URL('LogReader.java', import.meta.url));

/** Compiled once, by what its text is. */
const compiledReader = async (): Promise<string> => {
  const text = await readFile(source);
  const key = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return cachedFolder(`log-reader-${kafkaVersion}-${key}`, async (folder) => {
    await runCommand('javac', ['-cp', await kafkaClassPath(), '-d', folder, source]);
  });
};

/**
 * What Kafka's own Java consumer sees of topics, from their beginning to the ends they have now: the referee of tests.
 * Records of one partition come in their order.
 */
export const readWithJava = async (
  bootstrapServers: string,
  topics: readonly string[],
  isolationLevel: IsolationLevel = 'read_committed',
): Promise<JavaRecord[]> => {
  const classPath = [await compiledReader(), await kafkaClassPath()].join(delimiter);
  const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const args = [...quiet, '-cp', classPath, 'LogReader', bootstrapServers, isolationLevel, ...topics];
  const output = await runCommand('java', args);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
};
