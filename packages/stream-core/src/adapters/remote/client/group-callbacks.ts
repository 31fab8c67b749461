import type { Subscription } from '../../../broker/group-consumer.ts';
import type { MemberAssignment } from '../../../broker/group-protocol.ts';
import { errorMessage, StreamsError } from '../../../errors/streams-error.ts';
import type { IncomingCall } from '../wire/channel.ts';
import type {
  CallbackCalls,
  CallHandlers,
  MemberIdentity,
  RebalanceStep,
  WireAssignment,
  WireBytes,
  WireMember,
} from '../wire/protocol.ts';
import { decodeBytes, dispatch, encodeBytes } from '../wire/protocol.ts';
import { CallbackError } from '../wire/wire-error.ts';
import type { PartitionMirror } from './partition-mirror.ts';

export interface GroupCallbacksOptions {
  readonly mirror: PartitionMirror;
  readonly subscription: () => Subscription | null;
  readonly onMembership: (membership: MemberIdentity) => void;
}

const decodeAssignment = ({ partitions, userData }: WireAssignment): MemberAssignment => ({
  partitions,
  userData: decodeBytes(userData),
});

/** By this token the error of the leader's `assign` is known, which may come out of a later poll. */
const assignToken = 0;

/** What the counterpart of a member calls at the client: the listener and the protocol of its subscription. */
export class GroupCallbacks {
  readonly #options: GroupCallbacksOptions;
  readonly #handlers: CallHandlers<CallbackCalls>;
  /** What callbacks threw: the poll that it comes out of throws the same object. */
  readonly #thrown = new Map<number, unknown>();
  #nextToken = assignToken + 1;
  /** The step that runs, or ran last. */
  #lastStep: Promise<unknown> = Promise.resolve();
  /** The listener was told that a rebalance began, and no assignment came since. */
  #isAnnounced = false;

  constructor(options: GroupCallbacksOptions) {
    this.#options = options;
    const { mirror } = options;
    this.#handlers = {
      started: (step) => this.#step(step, () => this.#announce()),
      completed: (step) => this.#step(step, ({ listener }) => listener.onRebalanceCompleted()),
      revoked: (step) =>
        this.#step(step, ({ listener }) => this.#letGo(step, () => listener.onPartitionsRevoked(step.partitions))),
      lost: (step) =>
        this.#step(step, ({ listener }) => this.#letGo(step, () => listener.onPartitionsLost(step.partitions))),
      assigned: (step) => {
        mirror.assign(step.owned ?? [], 0);
        return this.#step(step, ({ listener }) => listener.onPartitionsAssigned(step.partitions));
      },
      computeAssignment: (members) => this.#computeAssignment(members),
    };
  }

  call(call: IncomingCall): unknown {
    return dispatch(this.#handlers, call);
  }

  /** True while the member may join without a callback before it: what it tells then must come with the poll. */
  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  /** What the member would tell the leader now. */
  get userData(): WireBytes {
    return encodeBytes(this.#subscription.protocol.userData());
  }

  thrown(token: number): unknown {
    return this.#thrown.get(token) ?? null;
  }

  /** Waits for the step that runs: no poll ends while the listener is at work, even if the connection is lost. */
  async endPoll(): Promise<void> {
    await this.#lastStep;
    for (const token of this.#thrown.keys()) if (token !== assignToken) this.#thrown.delete(token);
  }

  get #subscription(): Subscription {
    const subscription = this.#options.subscription();
    if (subscription === null) throw new StreamsError('STATE_TRANSITION_INVALID', 'this consumer is not subscribed');
    return subscription;
  }

  /** Tells protocol and listener. Both are told, whatever the first one throws, which is then the error. */
  #step(step: RebalanceStep, tell: (subscription: Subscription) => Promise<void>): Promise<WireBytes> {
    const told = this.#tell(step, tell);
    this.#lastStep = told.catch(() => undefined);
    return told;
  }

  async #tell(step: RebalanceStep, tell: (subscription: Subscription) => Promise<void>): Promise<WireBytes> {
    const subscription = this.#subscription;
    this.#options.onMembership(step.membership);
    const errors: unknown[] = [];
    if (step.assignment !== null) {
      this.#isAnnounced = false;
      try {
        subscription.protocol.onAssignment(decodeAssignment(step.assignment));
      } catch (error) {
        errors.push(error);
      }
    }
    try {
      await tell(subscription);
    } catch (error) {
      errors.push(error);
    }
    if (errors.length > 0) throw this.#keep(this.#nextToken++, errors[0]);
    return this.userData;
  }

  async #letGo({ partitions }: RebalanceStep, tell: () => Promise<void>): Promise<void> {
    try {
      await tell();
    } finally {
      this.#options.mirror.remove(partitions);
    }
  }

  async #announce(): Promise<void> {
    // A member that had to begin anew on another connection is told once.
    if (this.#isAnnounced) return;
    await this.#subscription.listener.onRebalanceStarted();
    this.#isAnnounced = true;
  }

  async #computeAssignment(members: readonly WireMember[]): Promise<[string, WireAssignment][]> {
    const subscriptions = members.map((member) => ({ ...member, userData: decodeBytes(member.userData) }));
    try {
      const assigned = await this.#subscription.protocol.assign(subscriptions);
      return Array.from(assigned, ([memberId, { partitions, userData }]) => [
        memberId,
        { partitions, userData: encodeBytes(userData) },
      ]);
    } catch (error) {
      throw this.#keep(assignToken, error);
    }
  }

  #keep(token: number, error: unknown): CallbackError {
    this.#thrown.set(token, error);
    return new CallbackError(token, errorMessage(error));
  }
}
