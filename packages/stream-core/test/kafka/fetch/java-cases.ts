import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

import { kafkaClassPath, kafkaVersion } from '../../servers/java-runtime.ts';
import { runCommand } from '../../servers/run-command.ts';
import { cachedFolder } from '../../servers/server-cache.ts';

const source = fileURLToPath(new URL('LogCases.java', import.meta.url));

/** Creates and fills the topics of LogCases.java with Kafka's own producer; their names begin with `prefix`. */
export const writeLogCases = async (bootstrapServers: string, prefix: string): Promise<void> => {
  const key = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  const compiled = await cachedFolder(`log-cases-${kafkaVersion}-${key}`, async (folder) => {
    await runCommand('javac', ['-cp', await kafkaClassPath(), '-d', folder, source]);
  });
  const classPath = [compiled, await kafkaClassPath()].join(delimiter);
  const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  await runCommand('java', [...quiet, '-cp', classPath, 'LogCases', bootstrapServers, prefix]);
};
