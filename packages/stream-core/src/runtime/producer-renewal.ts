import type { GroupConsumer } from '../broker/group-consumer.ts';
import type { Logger } from '../common/logger.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { errorMessage, findStreamsError } from '../errors/streams-error.ts';
import type { Committer } from './committer.ts';
import type { InputFlow } from './input-flow.ts';
import type { StreamsProducer } from './streams-producer.ts';
import type { TaskManager } from './task-manager.ts';
import type { ThreadClients } from './thread-clients.ts';

export interface ProducerRenewalOptions {
  readonly clients: ThreadClients;
  readonly consumer: Pick<GroupConsumer, 'resume'>;
  readonly committer: Committer;
  readonly producer: StreamsProducer;
  readonly tasks: TaskManager;
  readonly flow: InputFlow;
  readonly logger: Logger;
  /** Told that the tasks begin anew. */
  readonly onRenewed: () => void;
}

/** The coordinator has ended the transaction, or the producer. Which of them it says depends on what it was asked. */
const endings: ReadonlySet<ErrorCode> = new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE']);

/**
 * What a thread does when its transaction was aborted because it took too long, as it does when user code stands still:
 * a new producer, and all tasks anew from the committed offsets. Its place in the group is another matter: whoever has
 * lost that too is refused with its next commit, and as long as it has it, nobody else need rebalance.
 */
export class ProducerRenewal {
  readonly #options: ProducerRenewalOptions;

  constructor(options: ProducerRenewalOptions) {
    this.#options = options;
  }

  /** Looks whether output or a commit has failed. @throws what a new producer does not help against */
  check(): Promise<void> {
    const { committer, producer } = this.#options;
    return this.attempt(async () => {
      committer.throwIfFailed();
      producer.throwIfFailed();
    });
  }

  /** Does something that commits. All partitions of the tasks must be owned. @throws as `check` */
  async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const code = findStreamsError(error)?.code;
      if (code === undefined || !endings.has(code)) throw error;
      this.#options.logger.warn('transaction.lost', { code, error: errorMessage(error) });
      await this.#renew();
    }
  }

  async #renew(): Promise<void> {
    const { clients, consumer, committer, producer, tasks, flow, onRenewed } = this.#options;
    await committer.abandon();
    const { partitions } = tasks;
    tasks.closeAll();
    flow.forget(partitions);
    consumer.resume(partitions);
    onRenewed();
    // The producer first: it ends what is still open, and only then are offsets and changelogs final.
    await producer.renew(await clients.renewProducer());
    await tasks.assign(partitions);
    await tasks.openRestored();
  }
}
