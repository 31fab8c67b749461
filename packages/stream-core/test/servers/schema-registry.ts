import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mavenArtifact } from './java-runtime.ts';
import { freePorts } from './kafka-settings.ts';
import { runCommand } from './run-command.ts';
import { cachedFolder } from './server-cache.ts';
import type { ServerCommand } from './server-process.ts';
import { ServerProcess } from './server-process.ts';
import { requireWay } from './server-way.ts';

const version = '3.0.9';
// Where Apicurio speaks as Confluent's registry does.
const compatiblePath = '/apis/ccompat/v7';
let containers = 0;

const unpacked = async (): Promise<string> => {
  const archive = await mavenArtifact(`registry-${version}`, `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`);
  const [file] = await readdir(archive);
  if (file === undefined) throw new Error(`${archive} is empty`);
  return cachedFolder(`registry-${version}-unpacked`, async (folder) => {
    await runCommand('tar', ['-xzf', join(archive, file), '-C', folder]);
  });
};

/** Listens on this machine only, and keeps its schemas in a file: a restart forgets nothing. */
const settings = (folder: string, port: number): Readonly<Record<string, string>> => ({
  'quarkus.http.host': '127.0.0.1',
  'quarkus.http.port': String(port),
  'apicurio.datasource.url': `jdbc:h2:file:${join(folder, 'data', 'registry')}`,
});

const javaCommand = async (folder: string, port: number): Promise<ServerCommand> => {
  const home = await unpacked();
  const machine = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const properties = Object.entries(settings(folder, port)).map(([name, value]) => `-D${name}=${value}`);
  const jar = join(home, `apicurio-registry-app-${version}-runner.jar`);
  return { command: 'java', args: [...machine, ...properties, '-jar', jar], logFile: join(folder, 'registry.log') };
};

const dockerCommand = (folder: string, port: number): ServerCommand => {
  const container = `millrace-registry-${process.pid}-${++containers}`;
  const environment = Object.entries(settings(folder, port)).flatMap(([name, value]) => [
    '-e',
    `${name.toUpperCase().replaceAll('.', '_')}=${value}`,
  ]);
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const run = ['run', '--rm', '--name', container, '--network', 'host', '--user', user, '-v', `${folder}:${folder}`];
  const args = [...run, ...environment, `apicurio/apicurio-registry:${version}`];
  return { command: 'docker', args, logFile: join(folder, 'registry.log'), container };
};

/** A schema registry with Confluent's HTTP API. */
export class SchemaRegistryServer {
  /** Where the registry's API begins. */
  readonly url: string;
  /** False for one of the environment, which belongs to others too. */
  readonly isOwn: boolean;
  readonly #folder: string | null;
  readonly #command: ServerCommand | null;
  #process: ServerProcess | null = null;

  constructor(url: string, own: { folder: string; command: ServerCommand } | null) {
    this.url = url;
    this.isOwn = own !== null;
    this.#folder = own?.folder ?? null;
    this.#command = own?.command ?? null;
  }

  /** Starts the registry with what it had when it ended, and waits until it serves. */
  async start(): Promise<void> {
    if (this.#command === null) return;
    const started = await ServerProcess.start(this.#command);
    this.#process = started;
    const serves = (): Promise<boolean> =>
      fetch(`${this.url}/subjects`).then(
        (response) => response.ok,
        () => false,
      );
    await started.until('the schema registry serves', serves, 180_000);
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Ends the registry for good, and removes its data. One of the environment stays. */
  async close(): Promise<void> {
    await this.#process?.kill();
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Sets the compatibility level of a subject, such as `BACKWARD`. */
  async setCompatibility(subject: string, compatibility: string): Promise<void> {
    const response = await fetch(`${this.url}/config/${encodeURIComponent(subject)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ compatibility }),
    });
    if (!response.ok) throw new Error(`the registry refuses ${compatibility}: ${await response.text()}`);
  }
}

/**
 * The registry of SCHEMA_REGISTRY_URL, or else one that the test has for itself: Docker, or else Java and Maven. It ends
 * with the process that started it, at the latest.
 */
export const startSchemaRegistry = async (): Promise<SchemaRegistryServer> => {
  const way = requireWay('registry');
  if (way === 'environment') return new SchemaRegistryServer(process.env['SCHEMA_REGISTRY_URL'] ?? '', null);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-registry-'));
  await mkdir(join(folder, 'data'));
  const [port = 0] = await freePorts(1);
  const command = way === 'docker' ? dockerCommand(folder, port) : await javaCommand(folder, port);
  const server = new SchemaRegistryServer(`http://127.0.0.1:${port}${compatiblePath}`, { folder, command });
  try {
    await server.start();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
};
