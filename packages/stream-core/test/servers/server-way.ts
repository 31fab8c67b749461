import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * What a test may need: a Kafka to be used by everybody, one of its own that it may configure, kill and restart, Kafka's
 * own Java clients as the referee, and a schema registry.
 */
export type ServerName = 'kafka' | 'own kafka' | 'java clients' | 'registry';

/** How a server is had here. */
export type ServerWay = 'environment' | 'docker' | 'java';

/** What to do where a server is missing. */
export const remedies: Readonly<Record<ServerName, string>> = {
  kafka: 'Kafka: set KAFKA_BOOTSTRAP, or install Docker, or Java 17 and Maven',
  'own kafka': 'a Kafka of its own: install Docker, or Java 17 and Maven',
  'java clients': "Kafka's Java clients: install a JDK 17 and Maven",
  registry: 'a schema registry: set SCHEMA_REGISTRY_URL, or install Docker, or Java 17 and Maven',
};

const isInstalled = (command: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

let dockerAnswers: boolean | null = null;

/** The command alone is not enough: its daemon must run. */
const hasDocker = (): boolean => {
  dockerAnswers ??= isInstalled('docker') && spawnSync('docker', ['version'], { timeout: 10_000 }).status === 0;
  return dockerAnswers;
};

const hasJava = (): boolean => isInstalled('java') && isInstalled('mvn');

const firstWay = (name: ServerName): ServerWay | null => {
  if (name === 'java clients') return hasJava() && isInstalled('javac') ? 'java' : null;
  const variable = { kafka: 'KAFKA_BOOTSTRAP', registry: 'SCHEMA_REGISTRY_URL', 'own kafka': '' }[name];
  if ((process.env[variable] ?? '') !== '') return 'environment';
  if (hasDocker()) return 'docker';
  return hasJava() ? 'java' : null;
};

/**
 * The first way that exists on this machine; null when there is none.
 *
 * @throws Error in CI, where nothing may be skipped
 */
export const serverWay = (name: ServerName): ServerWay | null => {
  const way = firstWay(name);
  if (way === null && (process.env['CI'] ?? '') !== '') throw new Error(`missing in CI: ${remedies[name]}`);
  return way;
};

/** The way, where it must exist. @throws Error that says what is missing */
export const requireWay = (name: ServerName): ServerWay => {
  const way = serverWay(name);
  if (way === null) throw new Error(`missing: ${remedies[name]}`);
  return way;
};
