import { fileURLToPath } from 'node:url';

import { kafkaClassPath } from './java-runtime.ts';
import { runCommand } from './run-command.ts';

const source = fileURLToPath(new URL('AclAdder.java', import.meta.url));

/** What a user may do, in Kafka's words. */
export interface Acl {
  readonly operation: 'READ' | 'WRITE' | 'CREATE' | 'DELETE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS' | 'IDEMPOTENT_WRITE';
  readonly resource: 'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID' | 'CLUSTER';
  /** LITERAL: of that name; PREFIXED: of names that begin so. */
  readonly pattern: 'LITERAL' | 'PREFIXED';
  readonly name: string;
}

/** Allows things to users, all at once: by the names of the users. Needs the Java clients. */
export const addAcls = async (bootstrapServers: string, acls: ReadonlyMap<string, readonly Acl[]>): Promise<void> => {
  const lines = [...acls].flatMap(([user, ofUser]) =>
    ofUser.map(({ operation, resource, pattern, name }) => `${user} ${operation} ${resource} ${pattern} ${name}\n`),
  );
  const machine = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const args = [...machine, '-cp', await kafkaClassPath(), source, bootstrapServers];
  await runCommand('java', args, { input: lines.join('') });
};
