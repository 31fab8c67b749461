import type { InProcessBrokersOptions } from '../src/adapters/kafka/in-process/in-process-brokers.ts';
import { InProcessBrokers } from '../src/adapters/kafka/in-process/in-process-brokers.ts';
import { inProcessTransport } from '../src/adapters/kafka/in-process/in-process-transport.ts';
import type { Api } from '../src/adapters/kafka/protocol/api.ts';
import type { Faults } from '../src/adapters/memory/faults.ts';
import { MemoryBroker } from '../src/adapters/memory/memory-broker.ts';
import type { RecordBatch } from '../src/broker/record-batch.ts';
import { RecordBatchBuilder } from '../src/broker/record-batch-builder.ts';
import { noHeaders } from '../src/common/headers.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';

interface CallOptions {
  readonly node?: number;
  readonly version?: number;
  readonly lane?: string;
  readonly timeoutMs?: number;
}

/** A cluster in this process with a topic `t`, and a client that sends it single requests. */
export const inProcessWorld = (options: InProcessBrokersOptions & { faults?: Faults; partitions?: number } = {}) => {
  const { faults = {}, partitions = 1 } = options;
  const clock = new ManualClock();
  const broker = new MemoryBroker({ clock, faults, chance: () => 0 });
  broker.createTopic('t', { partitions });
  const brokers = new InProcessBrokers(broker.cluster, options);
  const transport = inProcessTransport({ brokers, clientId: 'test', clock, faults });
  transport.learn(brokers.nodes);
  const call = async <Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    { node = 0, version = api.maxVersion, lane = 'test', timeoutMs = 30_000 }: CallOptions = {},
  ): Promise<Response> => transport.request(node, api, version, request, { lane, timeoutMs });
  const log = (partition = 0) => broker.cluster.topics.log({ topic: 't', partition });
  return { clock, broker, brokers, transport, call, log };
};

interface TestProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** A batch with one record a value. */
export const batchOf = (values: readonly string[], producer: TestProducer | null = null, transactional = false) => {
  const builder = new RecordBatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), 0, noHeaders);
  const batch: RecordBatch = builder.build();
  if (producer !== null) batch.stamp(producer, transactional);
  return batch.bytes;
};
