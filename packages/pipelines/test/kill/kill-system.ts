import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from '@millrace/stream-core/broker';
import { kafka } from '@millrace/stream-core/kafka';
import type { KafkaServer } from '../../../stream-core/test/servers/kafka-server.ts';
import { startKafka } from '../../../stream-core/test/servers/kafka-server.ts';
import { killedBroker } from '../../../stream-core/test/servers/kafka-settings.ts';
import type { SchemaRegistryServer } from '../../../stream-core/test/servers/schema-registry.ts';
import { startSchemaRegistry } from '../../../stream-core/test/servers/schema-registry.ts';
import { processCount } from './kill-plan.ts';
import { PaymentsMember } from './payments-member.ts';

/** A tenth of the partitions of production. */
export const partitionsDivisor = 10;

// Others take over from a process that does not come back: soon, and not before one that is back at once has rejoined.
const sessionTimeoutSeconds = 6;

const engines = ['lmdb', 'rocksdb'] as const;

/** A broker, a registry, and the processes that pay, each with its state in a folder of its own. */
export class KillSystem {
  readonly kafka: KafkaServer;
  readonly registry: SchemaRegistryServer;
  readonly processes: readonly PaymentsMember[];
  readonly broker: Broker;
  readonly #folder: string;

  private constructor(
    servers: { kafka: KafkaServer; registry: SchemaRegistryServer },
    { folder, processes }: { folder: string; processes: readonly PaymentsMember[] },
  ) {
    this.kafka = servers.kafka;
    this.registry = servers.registry;
    this.processes = processes;
    this.broker = kafka({ bootstrapServers: servers.kafka.bootstrapServers });
    this.#folder = folder;
  }

  /** Starts everything, and resolves when every process works. */
  static async start(hmacKey: string): Promise<KillSystem> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-kill-'));
    const [kafkaServer, registry] = await Promise.all([
      startKafka({ machine: 'load', properties: killedBroker }),
      startSchemaRegistry(),
    ]);
    const processes: PaymentsMember[] = [];
    for (let index = 0; index < processCount; index++) {
      const name = `payments-${index + 1}`;
      const state = join(folder, name);
      await mkdir(state);
      const settings = {
        bootstrap: kafkaServer.bootstrapServers,
        registry: registry.url,
        createTopics: true,
        scale: 1 / partitionsDivisor,
        replicationFactor: 1,
        state,
        stateEngine: engines[index % engines.length],
        badRecords: 'continue',
        sessionTimeout: sessionTimeoutSeconds,
        healthPort: 0,
        healthHost: '127.0.0.1',
        hmacKey,
        // One static member among dynamic ones: both have to come back from a kill.
        ...(index === 0 ? { instanceId: name } : {}),
      };
      processes.push(await PaymentsMember.create(name, folder, settings));
    }
    const system = new KillSystem({ kafka: kafkaServer, registry }, { folder, processes });
    try {
      for (const each of processes) {
        await each.start();
        await each.running();
      }
    } catch (error) {
      await system.close();
      throw error;
    }
    return system;
  }

  /**
   * Ends what still runs, and removes everything but the logs.
   *
   * @returns the folder with the logs
   */
  async close(): Promise<string> {
    await Promise.all([...this.processes, ...this.kafka.nodes].map((each) => each.kill()));
    await copyFile(this.kafka.node(1).logFile, join(this.#folder, 'kafka.log'));
    await Promise.all([this.kafka.close(), this.registry.close()]);
    const states = this.processes.map(({ name }) => join(this.#folder, name));
    await Promise.all(states.map((state) => rm(state, { recursive: true, force: true, maxRetries: 3 })));
    return this.#folder;
  }
}
