// The application that is killed: an instance over a broker in another process, with its state on disk.
import { createInterface } from 'node:readline';
import { remoteBroker } from '../../src/adapters/remote/index.ts';
import { KafkaStreams } from '../../src/kafka-streams.ts';
import type { StateBackend } from '../../src/state/state-engine.ts';
import { durableState } from '../durable-state.ts';
import type { ChildArguments, ChildMessage, RestoredChangelog } from './crash-settings.ts';
import { crashSettings } from './crash-settings.ts';
import { crashTopology } from './crash-topology.ts';
import { storeContents } from './store-contents.ts';

const tell = (message: ChildMessage): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

const run = async (settings: ChildArguments, state: StateBackend): Promise<void> => {
  const { address, applicationId, stateMemoryMaxBytes } = settings;
  const restored = new Map<string, RestoredChangelog>();
  const streams = new KafkaStreams({
    ...crashSettings,
    applicationId,
    clientId: 'crash-child',
    // The next child takes the place of the one that was killed at once.
    groupInstanceId: 'crash-child',
    topology: crashTopology(applicationId),
    broker: remoteBroker(address),
    state,
    stateMemoryMaxBytes,
    restoreListener: ({ changelog, startOffset, endOffset }) =>
      restored.set(`${changelog.topic}-${changelog.partition}`, { ...changelog, startOffset, endOffset }),
    uncaughtExceptionHandler: (error) => {
      tell({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      return 'shutdownClient';
    },
  });
  await streams.start();
  const restoredBytes = streams
    .metrics()
    .filter(({ name }) => name === 'restore-bytes-total')
    .reduce((sum, { value }) => sum + value, 0);
  tell({ type: 'running', restored: [...restored.values()], restoredBytes });
  for await (const _ of createInterface({ input: process.stdin })) {
    tell({ type: 'stores', stores: await storeContents(streams) });
  }
};

const settings: ChildArguments = JSON.parse(process.argv[2] ?? '{}');
await run(settings, await durableState(settings.engine, settings.directory));
