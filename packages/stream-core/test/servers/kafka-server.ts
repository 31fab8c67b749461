import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ServerCertificate } from './certificates.ts';
import { makeCertificate } from './certificates.ts';
import type { JavaCommand, JavaMain, MachineKind } from './java-runtime.ts';
import { dockerCommand, javaCommand, kafkaVersion } from './java-runtime.ts';
import type { KafkaServerOptions, NodePlace } from './kafka-settings.ts';
import { formatArguments, freePorts, nodeProperties } from './kafka-settings.ts';
import { runCommand } from './run-command.ts';
import { cachedFolder } from './server-cache.ts';
import { ServerProcess } from './server-process.ts';
import { requireWay } from './server-way.ts';

const startedMessage = 'Kafka Server started';
let containers = 0;

/** Runs classes of Kafka in the way that this machine has. */
const commandFor = (java: JavaMain, folder: string): Promise<JavaCommand & { container?: string }> => {
  if (requireWay('own kafka') === 'java') return javaCommand(java);
  const container = `millrace-${process.pid}-${++containers}`;
  return dockerCommand(java, { folder, container }).then((command) => ({ ...command, container }));
};

const runClass = async (main: string, args: readonly string[], folder: string): Promise<string> => {
  const { command, args: all } = await commandFor({ main, args, machine: 'quick start' }, folder);
  return runCommand(command, all);
};

/** One node of a KafkaServer: stopped, killed and started again with what it has on its disk. */
export class KafkaNode {
  readonly place: NodePlace;
  readonly #folder: string;
  readonly #machine: MachineKind;
  #process: ServerProcess | null = null;

  constructor(place: NodePlace, { folder, machine }: { folder: string; machine: MachineKind }) {
    this.place = place;
    this.#folder = folder;
    this.#machine = machine;
  }

  /** Where the node keeps its logs. */
  get dataFolder(): string {
    return join(this.place.folder, 'data');
  }

  /** Where it prints, over all of its starts. */
  get logFile(): string {
    return join(this.place.folder, 'server.log');
  }

  /** Starts the process, and does not wait until it serves. */
  async launch(): Promise<ServerProcess> {
    const properties = join(this.place.folder, 'server.properties');
    const command = await commandFor({ main: 'kafka.Kafka', args: [properties], machine: this.#machine }, this.#folder);
    this.#process = await ServerProcess.start({ ...command, logFile: this.logFile });
    return this.#process;
  }

  /** Starts the node, and waits until it serves; that needs a majority of the nodes. */
  async start(): Promise<void> {
    const started = await this.launch();
    await started.until('Kafka has started', () => started.log().includes(startedMessage));
  }

  /** SIGTERM: leaders move away first where there are other nodes. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** What the node has logged since it was started last. */
  log(): string {
    return this.#process?.log() ?? '';
  }
}

/** A Kafka that a test has for itself. */
export class KafkaServer {
  readonly nodes: readonly KafkaNode[];
  /** Addresses of the listener without security. */
  readonly bootstrapServers: string;
  /** Addresses of the secure listener; empty without one. */
  readonly secureServers: string;
  /** Who has signed the certificate of the secure listener; null without TLS. */
  readonly certificate: ServerCertificate | null;
  readonly #folder: string;

  constructor(nodes: readonly KafkaNode[], options: { folder: string; certificate: ServerCertificate | null }) {
    this.nodes = nodes;
    this.#folder = options.folder;
    this.certificate = options.certificate;
    this.bootstrapServers = nodes.map(({ place }) => `127.0.0.1:${place.port}`).join(',');
    this.secureServers = nodes.map(({ place }) => `localhost:${place.securePort}`).join(',');
  }

  /** The node with that id; ids count from 1. */
  node(nodeId: number): KafkaNode {
    const found = this.nodes[nodeId - 1];
    if (found === undefined) throw new Error(`there is no node ${nodeId}`);
    return found;
  }

  /** Starts all nodes, which have to see each other. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /** Allows something, in the words of Kafka's AclCommand, such as `--allow-principal User:a --operation Read --topic t`. */
  async addAcl(rule: string): Promise<void> {
    const server = ['--bootstrap-server', this.bootstrapServers, '--add', '--force'];
    await runClass('org.apache.kafka.tools.AclCommand', [...server, ...rule.split(' ')], this.#folder);
  }

  /** Ends the server for good, and removes its data. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * A formatted data folder depends on the number of the node and on what it is formatted with alone, so it is made once on
 * a machine: that saves the start of a Java machine.
 */
const formatted = (args: readonly string[], nodeId: number, nodes: number): Promise<string> => {
  const key = createHash('sha256')
    .update(JSON.stringify([args, nodeId, nodes]))
    .digest('hex')
    .slice(0, 16);
  return cachedFolder(`kafka-${kafkaVersion}-format-${key}`, async (folder) => {
    const places = Array.from({ length: nodes }, (_, index) => {
      const nodeId = index + 1;
      return { nodeId, folder, port: 19_000 + index, controllerPort: 19_100 + index, securePort: 19_200 + index };
    });
    const place = places[nodeId - 1];
    if (place === undefined) throw new Error(`there is no node ${nodeId}`);
    const config = join(folder, 'server.properties');
    await writeFile(config, nodeProperties({ place, places, options: {}, certificate: null }));
    await runClass('kafka.tools.StorageTool', ['format', '--config', config, ...args], folder);
  });
};

/**
 * Starts a Kafka for one test file: Docker, or else Java and Maven. It ends with the process that started it, at the
 * latest; `close` also removes its data.
 */
export const startKafka = async (options: KafkaServerOptions = {}): Promise<KafkaServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'));
  const count = options.nodes ?? 1;
  const ports = await freePorts(count * 3);
  const places = Array.from({ length: count }, (_, index) => ({
    nodeId: index + 1,
    folder: join(folder, `node-${index + 1}`),
    port: ports[index * 3] ?? 0,
    controllerPort: ports[index * 3 + 1] ?? 0,
    securePort: ports[index * 3 + 2] ?? 0,
  }));
  const isTls = options.secure?.protocol.endsWith('SSL') === true;
  const certificate = isTls ? await makeCertificate(folder) : null;
  for (const place of places) {
    const template = await formatted(formatArguments(options), place.nodeId, count);
    await mkdir(place.folder, { recursive: true });
    await cp(join(template, 'data'), join(place.folder, 'data'), { recursive: true });
    await writeFile(join(place.folder, 'server.properties'), nodeProperties({ place, places, options, certificate }));
  }
  const nodes = places.map((place) => new KafkaNode(place, { folder, machine: options.machine ?? 'quick start' }));
  const server = new KafkaServer(nodes, { folder, certificate });
  try {
    await server.start();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
};
