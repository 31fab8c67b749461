import { fileURLToPath } from 'node:url';

import type { IsolationLevel } from '../../src/broker/fetcher.ts';
import { runJava } from './java-program.ts';

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

/**
 * What Kafka's own Java consumer sees of topics, from their beginning to the ends they have now: the referee of tests.
 * Records of one partition come in their order.
 */
export const readWithJava = async (
  bootstrapServers: string,
  topics: readonly string[],
  isolationLevel: IsolationLevel = 'read_committed',
): Promise<JavaRecord[]> => {
  const records: JavaRecord[] = [];
  await runJava(source, [bootstrapServers, isolationLevel, ...topics], (line) => records.push(JSON.parse(line)));
  return records;
};
