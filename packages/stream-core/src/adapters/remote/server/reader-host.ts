import type { FetchedPartition, Fetcher } from '../../../broker/fetcher.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { topicPartitionKey } from '../../../common/topic-partition.ts';
import type { IncomingCall } from '../wire/channel.ts';
import { cutIntoParts } from '../wire/fetched-parts.ts';
import type { CallHandlers, MemberIdentity, PollEnd, PositionChange, ReaderCalls } from '../wire/protocol.ts';
import { encodeError } from '../wire/wire-error.ts';

/** What the client knows of a partition. */
interface KnownPartition {
  readonly partition: TopicPartition;
  version: number;
  position: number | null;
  lag: number | null;
}

export interface ReaderHostOptions {
  readonly fetcher: Fetcher;
  /** The most that a frame may take. */
  readonly maxFrameBytes: () => number;
  readonly membership: () => MemberIdentity | null;
  readonly close: (leave: boolean) => Promise<void>;
}

/** The counterpart of a reader of the client: polls for it, and tells what that moved. */
export class ReaderHost {
  readonly handlers: CallHandlers<ReaderCalls>;
  readonly #options: ReaderHostOptions;
  #known = new Map<string, KnownPartition>();
  /** What a call threw that nobody waited for: the next poll says it. */
  #failure: { readonly error: unknown } | null = null;

  constructor(options: ReaderHostOptions) {
    this.#options = options;
    const { fetcher } = options;
    this.handlers = {
      assign: ({ partitions, version }) =>
        this.told(() => {
          fetcher.assign(partitions);
          this.assigned(partitions, version);
        }),
      seek: ({ partition, version, offset }) =>
        this.told(() => {
          fetcher.seek(partition, offset);
          this.#known.set(topicPartitionKey(partition), { partition, version, position: offset, lag: null });
        }),
      pause: (partitions) => this.told(() => fetcher.pause(partitions)),
      resume: (partitions) => this.told(() => fetcher.resume(partitions)),
      wakeup: () => fetcher.wakeup(),
      poll: ({ timeoutMs }, call) => this.poll(timeoutMs, call),
      closeReader: ({ leave }) => options.close(leave),
    };
  }

  /** Does what the client does not wait for. */
  told(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  /** Takes note of what is read from here on; what stays keeps its version. */
  assigned(partitions: readonly TopicPartition[], version: number): void {
    const next = new Map<string, KnownPartition>();
    for (const partition of partitions) {
      const key = topicPartitionKey(partition);
      next.set(key, this.#known.get(key) ?? { partition, version, position: null, lag: null });
    }
    this.#known = next;
  }

  removed(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#known.delete(topicPartitionKey(partition));
  }

  async poll(timeoutMs: number, call: IncomingCall): Promise<PollEnd> {
    const { fetcher, membership } = this.#options;
    try {
      const failure = this.#failure;
      this.#failure = null;
      if (failure !== null) throw failure.error;
      this.#send(await fetcher.poll(timeoutMs), call);
      return { error: null, changes: this.#changes(), membership: membership() };
    } catch (error) {
      return { error: encodeError(error), changes: this.#changes(), membership: membership() };
    }
  }

  #send(fetched: readonly FetchedPartition[], call: IncomingCall): void {
    const fetches = fetched.map((each) => ({ fetched: each, version: this.#versionOf(each.topicPartition) }));
    try {
      for (const { pieces, raw } of cutIntoParts(fetches, this.#options.maxFrameBytes())) call.part(pieces, raw);
    } catch (error) {
      // The client throws all of it away: it is to be read again.
      for (const { topicPartition, position } of fetched) this.#options.fetcher.seek(topicPartition, position);
      throw error;
    }
  }

  #versionOf(partition: TopicPartition): number {
    return this.#known.get(topicPartitionKey(partition))?.version ?? 0;
  }

  /** What moved since the client was told the last time. */
  #changes(): PositionChange[] {
    const { fetcher } = this.#options;
    const changes: PositionChange[] = [];
    for (const known of this.#known.values()) {
      const position = fetcher.position(known.partition);
      const lag = fetcher.lag(known.partition);
      if (position === known.position && lag === known.lag) continue;
      known.position = position;
      known.lag = lag;
      changes.push({ ...known });
    }
    return changes;
  }
}
