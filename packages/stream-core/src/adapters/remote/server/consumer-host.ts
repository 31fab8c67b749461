import type { GroupConsumer, RebalanceListener } from '../../../broker/group-consumer.ts';
import type { GroupProtocol, MemberAssignment, MemberSubscription } from '../../../broker/group-protocol.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import type { Channel } from '../wire/channel.ts';
import type { CallbackCalls, CallHandlers, ConsumerCalls, MemberIdentity, WireBytes } from '../wire/protocol.ts';
import { decodeBytes, encodeBytes } from '../wire/protocol.ts';
import { ReaderHost } from './reader-host.ts';

export interface ConsumerHostOptions {
  readonly object: number;
  readonly consumer: GroupConsumer;
  readonly channel: Channel<CallbackCalls>;
}

type ListenerStep = Exclude<keyof CallbackCalls, 'computeAssignment'>;

/** A change of what the member owns, as a callback tells it. */
interface OwnedChange {
  readonly partitions: readonly TopicPartition[];
  readonly owned: readonly TopicPartition[] | null;
}

const noChange: OwnedChange = { partitions: [], owned: null };

/** The counterpart of a group consumer of the client: a real member, whose listener and protocol are at the client. */
export class ConsumerHost {
  readonly handlers: CallHandlers<ConsumerCalls>;
  readonly #options: ConsumerHostOptions;
  readonly #reader: ReaderHost;
  /** What the client would tell the leader, as of its last word. */
  #userData: WireBytes = '';
  /** What the group decided and the client has not been told. */
  #assignment: MemberAssignment | null = null;
  /** What the member owns. */
  #owned: readonly TopicPartition[] = [];

  constructor(options: ConsumerHostOptions) {
    this.#options = options;
    const { consumer, channel } = options;
    this.#reader = new ReaderHost({
      fetcher: consumer,
      maxFrameBytes: () => channel.maxFrameBytes,
      membership: () => this.#membership(),
      close: (leave) => consumer.close({ leave }),
    });
    const reader = this.#reader;
    this.handlers = {
      ...reader.handlers,
      poll: ({ timeoutMs, userData }, call) => {
        this.#userData = userData ?? this.#userData;
        return reader.poll(timeoutMs, call);
      },
      subscribe: ({ topics, protocolName, userData }) =>
        reader.told(() => {
          this.#userData = userData;
          consumer.subscribe({ topics, protocol: this.#protocol(protocolName), listener: this.#listener() });
        }),
      requestRejoin: (reason) => reader.told(() => consumer.requestRejoin(reason)),
      commitOffsets: (offsets) => consumer.commit(offsets),
      committed: (partitions) => consumer.committed(partitions),
      laterGeneration: (refused) => consumer.laterGeneration(refused),
    };
  }

  #protocol(name: string): GroupProtocol {
    return {
      name,
      userData: () => decodeBytes(this.#userData),
      assign: (members) => this.#assign(members),
      // It cannot wait: the next step of the listener takes it along, and one always comes.
      onAssignment: (assignment) => {
        this.#assignment = assignment;
      },
    };
  }

  #listener(): RebalanceListener {
    return {
      onRebalanceStarted: () => this.#tell('started', noChange),
      onRebalanceCompleted: () => this.#tell('completed', noChange),
      onPartitionsRevoked: (partitions) => this.#letGo('revoked', partitions),
      onPartitionsLost: (partitions) => this.#letGo('lost', partitions),
      onPartitionsAssigned: (partitions) => {
        this.#owned = [...this.#owned, ...partitions];
        this.#reader.assigned(this.#owned, 0);
        return this.#tell('assigned', { partitions, owned: this.#owned });
      },
    };
  }

  async #letGo(step: 'revoked' | 'lost', partitions: readonly TopicPartition[]): Promise<void> {
    try {
      await this.#tell(step, { partitions, owned: null });
    } finally {
      const gone = new Set(partitions);
      this.#owned = this.#owned.filter((partition) => !gone.has(partition));
      this.#reader.removed(partitions);
    }
  }

  async #tell(step: ListenerStep, change: OwnedChange): Promise<void> {
    const { channel, object } = this.#options;
    const assignment = this.#assignment;
    this.#assignment = null;
    this.#userData = await channel.request(object, step, {
      ...change,
      membership: this.#membership(),
      assignment: assignment === null ? null : { ...assignment, userData: encodeBytes(assignment.userData) },
    });
  }

  async #assign(members: readonly MemberSubscription[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    const { channel, object } = this.#options;
    const told = members.map((member) => ({ ...member, userData: encodeBytes(member.userData) }));
    const assigned = await channel.request(object, 'computeAssignment', told);
    return new Map(
      assigned.map(([memberId, { partitions, userData }]) => [
        memberId,
        { partitions, userData: decodeBytes(userData) },
      ]),
    );
  }

  #membership(): MemberIdentity {
    const { memberId, generationId } = this.#options.consumer.groupMetadata();
    return { memberId, generationId };
  }
}
