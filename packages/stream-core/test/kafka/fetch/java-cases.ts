import { fileURLToPath } from 'node:url';

import { runJava } from '../../servers/java-program.ts';

const source = fileURLToPath(new URL('LogCases.java', import.meta.url));

/** Creates and fills the topics of LogCases.java with Kafka's own producer; their names begin with `prefix`. */
export const writeLogCases = (bootstrapServers: string, prefix: string): Promise<void> =>
  runJava(source, [bootstrapServers, prefix]);
