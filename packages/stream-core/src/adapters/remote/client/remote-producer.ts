import type { GroupMetadata, OffsetCommit } from '../../../broker/group-consumer.ts';
import type { ProduceAck, Producer, ProducerOptions } from '../../../broker/producer.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import { clientObject } from '../wire/protocol.ts';
import { Attachment } from './attachment.ts';
import type { Connector, ServerChannel } from './connector.ts';

/** Room for the text of a request beside its batch. */
const textAllowanceBytes = 4_096;

/**
 * A producer for a broker in another process. Its sequences live at the server, with the connection: once that is lost,
 * what was under way is unknown and every call rejects with BROKER_UNAVAILABLE. A successor begins with `init`.
 */
export class RemoteProducer implements Producer {
  readonly #options: ProducerOptions;
  readonly #attachment: Attachment;
  readonly #connector: Connector;
  readonly #object: number;
  #isInitialised = false;
  #isInTransaction = false;
  #isClosed = false;
  /** Why the last transaction did not end as it was told to. */
  #endFailure: unknown = null;
  /** What never reached the server, so that only this side knows that the transaction must be aborted. */
  #abortCause: StreamsError | null = null;

  constructor(connector: Connector, options: ProducerOptions) {
    this.#options = options;
    this.#connector = connector;
    this.#object = connector.register(() => {
      throw new StreamsError('POLICY_VIOLATION', 'a producer has no callbacks');
    });
    this.#attachment = new Attachment(connector, (channel) =>
      channel.notify(clientObject, 'open', { object: this.#object, kind: 'producer', options }),
    );
  }

  async init(): Promise<void> {
    const channel = await this.#attach();
    await channel.request(this.#object, 'init', null);
    this.#isInitialised = true;
  }

  begin(): void {
    this.#checkUsable();
    if (this.#endFailure !== null) throw this.#endFailure;
    const { channel } = this.#attachment;
    if (channel === null || !this.#isInitialised) {
      throw new StreamsError('STATE_TRANSITION_INVALID', 'call init of the producer first');
    }
    if (this.#options.transactionalId === null) {
      throw new StreamsError('INVALID_TXN_STATE', 'a producer without transactionalId has no transactions');
    }
    if (this.#isInTransaction) throw new StreamsError('INVALID_TXN_STATE', 'a transaction is open');
    this.#isInTransaction = true;
    channel.notify(this.#object, 'begin', null);
  }

  async send(partition: TopicPartition, batch: RecordBatch): Promise<ProduceAck> {
    const channel = await this.#attach();
    if (batch.sizeInBytes + textAllowanceBytes > channel.maxFrameBytes) throw this.#tooLarge(partition, batch, channel);
    return channel.request(this.#object, 'send', partition, { raw: batch.bytes });
  }

  async sendOffsets(offsets: readonly OffsetCommit[], group: GroupMetadata): Promise<void> {
    const channel = await this.#attach();
    await channel.request(this.#object, 'sendOffsets', { offsets, group });
  }

  commit(): Promise<void> {
    return this.#end('commit');
  }

  abort(): Promise<void> {
    return this.#end('abort');
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { channel } = this.#attachment;
    try {
      await channel?.request(this.#object, 'closeProducer', null);
    } catch (error) {
      // With the connection the counterpart went, too.
      if (channel?.isOpen === true) throw error;
    } finally {
      this.#connector.unregister(this.#object);
    }
  }

  async #end(method: 'commit' | 'abort'): Promise<void> {
    try {
      const channel = await this.#attach();
      if (method === 'commit' && this.#abortCause !== null) throw this.#abortCause;
      await channel.request(this.#object, method, null);
      this.#isInTransaction = false;
      this.#abortCause = null;
      this.#endFailure = null;
    } catch (error) {
      // After a refused commit the transaction is still to be aborted; what cannot be aborted never ends.
      if (this.#isInTransaction) this.#endFailure = error;
      throw error;
    }
  }

  #attach(): Promise<ServerChannel> {
    this.#checkUsable();
    return this.#attachment.attach();
  }

  #checkUsable(): void {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this producer was closed');
    if (this.#isInitialised && this.#attachment.isLost) {
      throw new StreamsError('BROKER_UNAVAILABLE', 'this producer ended with its connection; make a new one');
    }
  }

  #tooLarge(partition: TopicPartition, batch: RecordBatch, { maxFrameBytes }: ServerChannel): StreamsError {
    const error = new StreamsError(
      'RECORD_TOO_LARGE',
      `a batch of ${batch.sizeInBytes} bytes does not fit into a frame of ${maxFrameBytes}; raise maxFrameBytes on both sides`,
      { context: { ...partition } },
    );
    if (this.#isInTransaction) this.#abortCause ??= error;
    return error;
  }
}
