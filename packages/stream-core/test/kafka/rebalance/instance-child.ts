// One instance of an application, in a process of its own: nothing of it shares an event loop with who watches it.
import { createInterface } from 'node:readline';
import { kafka } from '../../../src/adapters/kafka/kafka-broker.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { jsonLogger } from '../../../src/common/logger.ts';
import { KafkaStreams } from '../../../src/kafka-streams.ts';
import { inMemoryState } from '../../../src/state/in-memory-state.ts';
import type { InstanceMessage, InstanceSettings } from './instance-messages.ts';
import { rebalanceTopology } from './rebalance-topology.ts';

const settings: InstanceSettings = JSON.parse(process.argv[2] ?? '{}');

const tell = (message: InstanceMessage): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

let blockMs = 0;
/** Stands still, as user code does that never yields: no timer fires, no socket is read. */
const maybeBlock = (): void => {
  const ms = blockMs;
  if (ms === 0) return;
  blockMs = 0;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  tell({ type: 'blocked', ms });
};

let restarts = 0;
const log = jsonLogger((line) => process.stderr.write(`${line}\n`), 'info', systemClock.now);
const { input, output, name, applicationId, bootstrapServers, sessionTimeoutMs } = settings;
const streams = new KafkaStreams({
  applicationId,
  clientId: name,
  topology: rebalanceTopology({ input, output, writer: name, onRecord: maybeBlock }),
  broker: kafka({ bootstrapServers }),
  state: inMemoryState(),
  processingGuarantee: 'exactly_once_v2',
  sessionTimeout: sessionTimeoutMs,
  heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeoutMs / 3)),
  // Every count is to be seen.
  statestoreCacheMaxBytes: 0,
  logger: {
    ...log,
    warn: (event, fields) => {
      if (event === 'thread.restarts') restarts++;
      log.warn(event, fields);
    },
  },
});

const rebalances = (): number =>
  streams.metrics().reduce((sum, metric) => (metric.name === 'rebalance-total' ? sum + metric.value : sum), 0);

tell({ type: 'ready' });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, amount] = line.split(' ');
  if (command === 'start') void streams.start().then(() => tell({ type: 'running' }));
  else if (command === 'block') blockMs = Number(amount);
  else if (command === 'status') tell({ type: 'status', rebalances: rebalances(), restarts });
  else break;
}
await streams.close();
tell({ type: 'closed' });
