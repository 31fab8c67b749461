import type { StateBackend } from '@millrace/stream-core';
import { KafkaStreams, StreamsBuilder } from '@millrace/stream-core';
import { kafka } from '@millrace/stream-core/kafka';
import type { PeerEnvironment } from './peer-environment.ts';
import type { Workload } from './workload.ts';

// Each is loaded by itself, as an application has only what it uses.
const workloads: Readonly<Record<string, () => Promise<Workload>>> = {
  W1: async () => (await import('./stateless.ts')).stateless,
  W2: async () => (await import('./windowed-count.ts')).windowedCount,
  W3: async () => (await import('./stream-stream-join.ts')).streamStreamJoin,
  W4: async () => (await import('./payments.ts')).payments,
  W5: async () => (await import('./stream-table-join.ts')).streamTableJoin,
};

const openState = async ({ state, stateDirectory: directory }: PeerEnvironment): Promise<StateBackend> =>
  state === 'lmdb'
    ? (await import('@millrace/stream-core/lmdb')).lmdbState({ directory })
    : (await import('@millrace/stream-core/rocksdb')).rocksdbState({ directory });

/** Starts the workload that the harness asks for. What it does not ask for is the default of the library. */
export const startPeer = async (env: PeerEnvironment): Promise<KafkaStreams> => {
  const load = workloads[env.workload];
  if (load === undefined) throw new RangeError(`there is no workload ${env.workload}`);
  const builder = new StreamsBuilder({ topologyOptimization: 'all' });
  const workload = await load();
  workload(builder, env);
  const streams = new KafkaStreams({
    topology: builder.build(),
    applicationId: env.applicationId,
    broker: kafka({ bootstrapServers: env.bootstrapServers }),
    state: await openState(env),
    processingGuarantee: env.isExactlyOnce ? 'exactly_once_v2' : 'at_least_once',
    commitInterval: env.commitIntervalMs,
    ...(env.lingerMs === null ? {} : { linger: env.lingerMs }),
    replicationFactor: 1,
    // As much as the heap of the Java peer; the default of 256 MiB is for a smaller machine.
    stateMemoryMaxBytes: env.stateMemoryMib * 2 ** 20,
  });
  await streams.start();
  return streams;
};
