import type { FetchedPartition, FetcherOptions } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { AnswerPart } from '../wire/channel.ts';
import { joinParts } from '../wire/fetched-parts.ts';
import type { MemberIdentity, WireBytes } from '../wire/protocol.ts';
import { decodeError } from '../wire/wire-error.ts';
import { Attachment } from './attachment.ts';
import type { CallbackHandler, Connector, ServerChannel } from './connector.ts';
import { PartitionMirror } from './partition-mirror.ts';

export interface RemoteReaderOptions {
  readonly connector: Connector;
  /** Tells the server what the object is; the reader adds partitions and positions unless a group assigns them. */
  readonly open: (channel: ServerChannel, object: number) => void;
  readonly isGroupAssigned: () => boolean;
  readonly onCallback: CallbackHandler;
}

export interface PollRequest {
  readonly timeoutMs: number;
  readonly userData: WireBytes | null;
  /** What a callback threw, by its token. */
  readonly thrown: (token: number) => unknown;
  readonly onMembership: (membership: MemberIdentity) => void;
}

/** As long as any wait: JSON knows no infinity. */
const finite = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER);

export const finiteFetcherOptions = <O extends FetcherOptions>(options: O): O => ({
  ...options,
  maxPartitionBytes: finite(options.maxPartitionBytes),
});

/** What fetchers and group consumers have in common: partitions, positions and polls. */
export class RemoteReader {
  readonly mirror: PartitionMirror = new PartitionMirror();
  readonly attachment: Attachment;
  readonly object: number;
  readonly #connector: Connector;
  #isClosed = false;
  #isPolling = false;
  #isWoken = false;

  constructor({ connector, open, isGroupAssigned, onCallback }: RemoteReaderOptions) {
    this.#connector = connector;
    this.object = connector.register(onCallback);
    this.attachment = new Attachment(connector, (channel) => {
      open(channel, this.object);
      if (!isGroupAssigned()) this.#tellPartitions(channel);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws StreamsError CLOSED */
  checkOpen(): void {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this consumer was closed');
  }

  assign(partitions: readonly TopicPartition[]): void {
    this.checkOpen();
    const version = this.mirror.assign(partitions);
    this.attachment.channel?.notify(this.object, 'assign', { partitions, version });
  }

  seek(partition: TopicPartition, offset: number): void {
    this.checkOpen();
    const version = this.mirror.seek(partition, offset);
    this.attachment.channel?.notify(this.object, 'seek', { partition, version, offset });
  }

  setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    this.mirror.setPaused(partitions, isPaused);
    this.attachment.channel?.notify(this.object, isPaused ? 'pause' : 'resume', partitions);
  }

  wakeup(): void {
    const { channel } = this.attachment;
    if (channel === null) this.#isWoken = true;
    else channel.notify(this.object, 'wakeup', null);
  }

  /** Runs one poll at a time. @throws StreamsError CLOSED, STATE_TRANSITION_INVALID */
  async whilePolling<T>(poll: () => Promise<T>): Promise<T> {
    this.checkOpen();
    if (this.#isPolling) throw new StreamsError('STATE_TRANSITION_INVALID', 'another poll is under way');
    this.#isPolling = true;
    try {
      return await poll();
    } finally {
      this.#isPolling = false;
    }
  }

  /** @throws StreamsError BROKER_UNAVAILABLE, and what the poll at the server throws */
  async poll({ timeoutMs, userData, thrown, onMembership }: PollRequest): Promise<readonly FetchedPartition[]> {
    const parts: AnswerPart[] = [];
    try {
      const channel = await this.attachment.attach();
      if (this.#isWoken) channel.notify(this.object, 'wakeup', null);
      this.#isWoken = false;
      if (this.#isClosed) return [];
      const request = { timeoutMs: finite(timeoutMs), userData };
      const end = await channel.request(this.object, 'poll', request, { onPart: (part) => parts.push(part) });
      const { error, changes, membership } = end;
      if (membership !== null) onMembership(membership);
      const fetched = error === null ? joinParts(parts, (...place) => this.mirror.isCurrent(...place)) : [];
      this.mirror.apply(changes);
      if (error !== null) throw decodeError(error, thrown);
      return fetched;
    } catch (error) {
      // Closing ends a poll without a word, whatever it was doing.
      if (this.#isClosed) return [];
      throw error;
    }
  }

  async close(leave: boolean): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { channel } = this.attachment;
    try {
      await channel?.request(this.object, 'closeReader', { leave });
    } catch (error) {
      // With the connection the counterpart went, too.
      if (channel?.isOpen === true) throw error;
    } finally {
      this.#connector.unregister(this.object);
    }
  }

  #tellPartitions(channel: ServerChannel): void {
    const { object, mirror } = this;
    const version = mirror.assign(mirror.partitions);
    channel.notify(object, 'assign', { partitions: mirror.partitions, version });
    for (const { topicPartition: partition, position, isPaused, version: own } of mirror.all) {
      if (position !== null) channel.notify(object, 'seek', { partition, version: own, offset: position });
      if (isPaused) channel.notify(object, 'pause', [partition]);
    }
  }
}
