import type { BrokerClient } from '../broker/broker.ts';
import type { Fetcher } from '../broker/fetcher.ts';
import type { GroupConsumer } from '../broker/group-consumer.ts';
import type { Producer } from '../broker/producer.ts';
import type { ResolvedStreamsConfig } from '../config/resolve-streams-config.ts';

const fetchMaxPartitionBytes = 1_048_576;

export interface ThreadClientsOptions {
  readonly client: BrokerClient;
  readonly config: ResolvedStreamsConfig;
  /** Names the instance among those of its application; where its state is durable, also after a restart. */
  readonly processId: string;
}

/** What a stream thread talks to the broker with. */
export class ThreadClients {
  readonly consumer: GroupConsumer;
  readonly changelogFetcher: Fetcher;
  readonly #isStaticMember: boolean;
  readonly #openProducer: () => Producer;
  #producer: Producer;

  constructor({ client, config, processId }: ThreadClientsOptions) {
    const { applicationId, processingGuarantee, transactionTimeoutMs, groupInstanceId } = config;
    const isExactlyOnce = processingGuarantee === 'exactly_once_v2';
    const reading = {
      isolationLevel: isExactlyOnce ? ('read_committed' as const) : ('read_uncommitted' as const),
      maxPartitionBytes: fetchMaxPartitionBytes,
    };
    this.#isStaticMember = groupInstanceId !== null;
    this.consumer = client.groupConsumer({ ...reading, ...config, groupId: applicationId });
    const producing = {
      // The same for every thread of the instance, and as long as the process id is: a thread ends what the one before
      // it left open, and a restart what its predecessor did.
      transactionalId: isExactlyOnce ? `${applicationId}-${processId}-0` : null,
      transactionTimeoutMs,
    };
    this.#openProducer = () => client.producer(producing);
    this.#producer = this.#openProducer();
    this.changelogFetcher = client.fetcher(reading);
  }

  get producer(): Producer {
    return this.#producer;
  }

  /** Puts another producer in the place of one that is of no more use. It is not initialised. */
  async renewProducer(): Promise<Producer> {
    await this.#producer.close();
    this.#producer = this.#openProducer();
    return this.#producer;
  }

  /** Closes all of them, whatever fails. A static member stays in the group until its session times out (KIP-345). */
  async close(): Promise<void> {
    const closed = await Promise.allSettled([
      this.consumer.close({ leave: !this.#isStaticMember }),
      this.#producer.close(),
      this.changelogFetcher.close(),
    ]);
    const failure = closed.find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  }
}
