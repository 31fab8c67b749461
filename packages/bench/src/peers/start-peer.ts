import { KafkaStreams, StreamsBuilder } from '@millrace/stream-core';
import { kafka } from '@millrace/stream-core/kafka';
import { lmdbState } from '@millrace/stream-core/lmdb';
import { rocksdbState } from '@millrace/stream-core/rocksdb';
import { payments } from './payments.ts';
import type { PeerEnvironment } from './peer-environment.ts';
import { stateless } from './stateless.ts';
import { streamStreamJoin } from './stream-stream-join.ts';
import { streamTableJoin } from './stream-table-join.ts';
import { windowedCount } from './windowed-count.ts';
import type { Workload } from './workload.ts';

const workloads: Readonly<Record<string, Workload>> = {
  W1: stateless,
  W2: windowedCount,
  W3: streamStreamJoin,
  W4: payments,
  W5: streamTableJoin,
};

const states = { rocksdb: rocksdbState, lmdb: lmdbState };

/** Starts the workload that the harness asks for. What it does not ask for is the default of the library. */
export const startPeer = async (env: PeerEnvironment): Promise<KafkaStreams> => {
  const workload = workloads[env.workload];
  if (workload === undefined) throw new RangeError(`there is no workload ${env.workload}`);
  const builder = new StreamsBuilder({ topologyOptimization: 'all' });
  workload(builder, env);
  const streams = new KafkaStreams({
    topology: builder.build(),
    applicationId: env.applicationId,
    broker: kafka({ bootstrapServers: env.bootstrapServers }),
    state: states[env.state]({ directory: env.stateDirectory }),
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
