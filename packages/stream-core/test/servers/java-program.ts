import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename, delimiter } from 'node:path';
import { createInterface } from 'node:readline';

import { kafkaClassPath, kafkaVersion } from './java-runtime.ts';
import { runCommand } from './run-command.ts';
import { cachedFolder } from './server-cache.ts';

const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** Compiled once, by what its text is. */
const compiled = async (source: string): Promise<string> => {
  const key = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  const name = basename(source, '.java');
  return cachedFolder(`${name}-${kafkaVersion}-${key}`, async (folder) => {
    await runCommand('javac', ['-cp', await kafkaClassPath(), '-d', folder, source]);
  });
};

/**
 * Runs a Java program with Kafka's own classes to its end.
 *
 * @param source the path of its file, which has the name of its class
 * @param onLine gets each line that it prints, so that no text has to hold them all
 * @throws Error with what it printed to stderr when it fails
 */
export const runJava = async (
  source: string,
  args: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<void> => {
  const name = basename(source, '.java');
  const classPath = [await compiled(source), await kafkaClassPath()].join(delimiter);
  const child = spawn('java', [...quiet, '-cp', classPath, name, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stderr: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const lines = createInterface({ input: child.stdout }).on('line', onLine);
  const [[code, signal]] = await Promise.all([once(child, 'close'), once(lines, 'close')]);
  if (code !== 0) throw new Error(`${name} ended with ${signal ?? code}:\n${Buffer.concat(stderr).toString()}`);
};
