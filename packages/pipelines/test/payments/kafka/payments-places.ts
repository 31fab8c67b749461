import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { KafkaServer } from '../../../../stream-core/test/servers/kafka-server.ts';
import { startKafka } from '../../../../stream-core/test/servers/kafka-server.ts';
import type { KafkaServerOptions } from '../../../../stream-core/test/servers/kafka-settings.ts';
import type { SchemaRegistryServer } from '../../../../stream-core/test/servers/schema-registry.ts';
import { startSchemaRegistry } from '../../../../stream-core/test/servers/schema-registry.ts';
import { PaymentsRun } from './payments-run.ts';

interface Closeable {
  close(): Promise<unknown>;
}

/** Where the tests of a suite find brokers. */
export interface PaymentsPlaces {
  /** A folder for as long as the suite runs. */
  readonly folder: string;
  /** A cluster of its own with the registry of the suite, until the end of the test. */
  place(options?: KafkaServerOptions): Promise<{ readonly server: KafkaServer; readonly run: PaymentsRun }>;
  /** Closes this at the end of the test, before what was opened earlier. */
  closing(each: Closeable): void;
}

/** Gives the suite around the call a registry and a folder, and each of its tests the clusters that it asks for. */
export const usePaymentsPlaces = (): PaymentsPlaces => {
  let registry: SchemaRegistryServer | null = null;
  let folder = '';
  const open: Closeable[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-payments-'));
    registry = await startSchemaRegistry();
  });
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });
  afterAll(async () => {
    await registry?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    place: async (options = {}) => {
      if (registry === null) throw new Error('a place is for a test');
      const server = await startKafka(options);
      open.push(server);
      const run = new PaymentsRun({ server, registry: registry.url });
      open.push(run);
      return { server, run };
    },
    closing: (each) => open.push(each),
  };
};
