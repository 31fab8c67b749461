import type { GroupMetadata, Subscription } from '../../broker/group-consumer.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { GroupMembershipOptions } from './group-membership-options.ts';
import { Heartbeat } from './heartbeat.ts';
import { JoinNews } from './join-news.ts';
import type { JoinedGeneration } from './join-round.ts';
import { JoinRound } from './join-round.ts';
import type { Membership } from './membership.ts';
import { adopt, assignmentChange, lose, revoke } from './rebalance-steps.ts';
import { TopicWatch } from './topic-watch.ts';

type JoinOutcome = { readonly joined: JoinedGeneration } | { readonly error: unknown };

const nobody: Membership = { memberId: '', generationId: -1 };

const codeOf = (error: unknown): ErrorCode | null => (error instanceof StreamsError ? error.code : null);

/**
 * The place of one consumer in its group. Joins and heartbeats go on by themselves; what they lead to (callbacks, other
 * partitions) happens only inside `advance`, which `poll` calls.
 */
export class GroupMembership {
  readonly #options: GroupMembershipOptions;
  readonly #heartbeat: Heartbeat;
  readonly #topicWatch: TopicWatch;
  readonly #joinNews = new JoinNews();
  #stopWatchingGroup: (() => void) | null = null;
  #subscription: Subscription | null = null;
  /** Who the coordinator takes this member for. */
  #current: Membership = nobody;
  /** The generation that the owned partitions came with. */
  #applied: Membership = nobody;
  #needsJoin = false;
  #joinReason = '';
  #isJoining = false;
  #outcome: JoinOutcome | null = null;
  /** A heartbeat was refused while a join was under way. */
  #hasMissedRefusal = false;
  /** The listener was told that a rebalance began, and not yet that it ended. */
  #isAnnounced = false;
  /** True when the group gave away what this member owned. */
  #isLost = false;
  #fatal: unknown = null;
  #isClosed = false;

  constructor(options: GroupMembershipOptions) {
    this.#options = options;
    const { clock, consumer, topicCounts } = options;
    this.#heartbeat = new Heartbeat(clock, consumer.heartbeatIntervalMs, () => this.#sendHeartbeat());
    this.#topicWatch = new TopicWatch(topicCounts, (topic) => this.requestJoin(`topic ${topic} changed`));
  }

  get isSubscribed(): boolean {
    return this.#subscription !== null;
  }

  get metadata(): GroupMetadata {
    const { groupId, groupInstanceId } = this.#options.consumer;
    return { groupId, groupInstanceId, ...this.#applied };
  }

  /**
   * Who a commit comes from.
   *
   * @throws StreamsError UNKNOWN_MEMBER_ID for a subscriber without a place: an empty group would take its offsets, as
   * those of nobody
   */
  get committer(): GroupMetadata {
    if (this.isSubscribed && this.#applied.generationId < 0) {
      const { groupId } = this.#options.consumer;
      throw new StreamsError('UNKNOWN_MEMBER_ID', `this consumer is no member of group ${groupId} now; poll first`);
    }
    return this.metadata;
  }

  subscribe(subscription: Subscription): void {
    const reason = this.#subscription === null ? 'it subscribed' : 'its subscription changed';
    this.#subscription = subscription;
    this.requestJoin(reason);
  }

  /** @param reason what the broker's log is to say about it, in a few words */
  requestJoin(reason: string): void {
    this.#needJoin(reason);
    this.#options.interrupt();
  }

  /** Does what is to be done inside `poll`. True when the member has another assignment than before, or lost its own. */
  async advance(): Promise<boolean> {
    const subscription = this.#subscription;
    let hasChanged = false;
    while (subscription !== null && !this.#isClosed) {
      if (this.#fatal !== null) throw this.#fatal;
      const outcome = this.#outcome;
      if (outcome !== null) {
        this.#outcome = null;
        if (await this.#apply(outcome, subscription)) hasChanged = true;
      } else if (this.#isLost) {
        await this.#lose(subscription);
        hasChanged = true;
      } else if (this.#needsJoin && !this.#isJoining) {
        await this.#startJoin(subscription);
      } else {
        break;
      }
    }
    return hasChanged;
  }

  /** Takes notice of what a refused commit says about this member, and gives the error for the caller. */
  commitRefused(error: unknown): unknown {
    const code = codeOf(error);
    if (this.#isRebalancing) {
      if (code !== 'ILLEGAL_GENERATION') return error;
      // The group went on while this member was not looking. It still owns what it owns until its next poll.
      const { groupId } = this.#options.consumer;
      const message = `group ${groupId} is rebalancing; poll first, then commit again`;
      return new StreamsError('REBALANCE_IN_PROGRESS', message, { cause: error });
    }
    this.#learn(code, error);
    return error;
  }

  /**
   * The later generation in which a member is whose commit was refused: the group may go on before a member that rejoins
   * hears of it. Null when it has lost its place, or nothing has changed.
   */
  async laterGeneration(refused: GroupMetadata): Promise<GroupMetadata | null> {
    const isPending = (): boolean => this.#isJoining && !this.#isClosed;
    while (isPending() && this.#current.generationId === refused.generationId) await this.#joinNews.next();
    const { memberId, generationId } = this.#current;
    const isPlaceKept = memberId === refused.memberId && !this.#isLost && !this.#isClosed;
    return isPlaceKept && generationId > refused.generationId ? { ...refused, generationId } : null;
  }

  /** Ends the membership on this side; with `leave` also in the group. */
  async close(leave: boolean): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#joinNews.tell();
    this.#heartbeat.stop();
    this.#topicWatch.stop();
    this.#stopWatchingGroup?.();
    const { memberId } = this.#current;
    if (!leave || memberId === '') return;
    try {
      await this.#options.coordinator.leave(memberId);
    } catch (error) {
      // Whoever was removed already, or cannot be heard, will be out by the session timeout at the latest.
      if (!(error instanceof StreamsError)) throw error;
    }
  }

  /** From the join on until its result was taken over by a poll. */
  get #isRebalancing(): boolean {
    return this.#isJoining || this.#outcome !== null;
  }

  async #startJoin(subscription: Subscription): Promise<void> {
    if (!this.#isAnnounced) {
      // The generation still stands: now is the time to commit in it.
      await subscription.listener.onRebalanceStarted();
      this.#isAnnounced = true;
    }
    const { owned } = this.#options;
    const topics = new Set(subscription.topics);
    const unsubscribed = owned.partitions.filter((partition) => !topics.has(partition.topic));
    if (!this.#isLost) await revoke(owned, unsubscribed, subscription);
    // The listener takes its time, over which the member may have lost its place: that comes first then.
    if (this.#isLost || this.#isClosed) return;
    this.#heartbeat.stop();
    this.#needsJoin = false;
    this.#topicWatch.compareWith(null);
    this.#isJoining = true;
    void this.#join(subscription);
  }

  async #join(subscription: Subscription): Promise<void> {
    const { coordinator, topicCounts, owned } = this.#options;
    let outcome: JoinOutcome;
    try {
      const round = new JoinRound({
        coordinator,
        topicCounts,
        subscription,
        reason: this.#joinReason,
        owned: owned.partitions,
        ownedGenerationId: this.#applied.generationId,
        onMembership: (membership) => this.#joinedAs(membership),
        checkOpen: () => this.#checkOpen(),
      });
      outcome = { joined: await round.run(this.#current.memberId) };
    } catch (error) {
      outcome = { error };
    }
    this.#isJoining = false;
    this.#joinNews.tell();
    if (this.#isClosed) return;
    this.#outcome = outcome;
    if (this.#hasMissedRefusal) this.#heartbeat.beat();
    this.#hasMissedRefusal = false;
    this.#options.interrupt();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new StreamsError('CLOSED', 'this consumer was closed');
  }

  #joinedAs(membership: Membership): void {
    this.#checkOpen();
    this.#current = membership;
    if (membership.generationId < 0) return;
    this.#joinNews.tell();
    this.#stopWatchingGroup?.();
    this.#stopWatchingGroup = this.#options.coordinator.watch(() => this.#heartbeat.beat());
    this.#heartbeat.start();
  }

  /** Takes over the result of a join; true when it was an assignment. */
  async #apply(outcome: JoinOutcome, subscription: Subscription): Promise<boolean> {
    if ('joined' in outcome) {
      await this.#adopt(outcome.joined, subscription);
      return true;
    }
    this.#needJoin('its last join failed');
    const isKnown = this.#learn(codeOf(outcome.error), outcome.error);
    if (this.#fatal !== null) throw this.#fatal;
    if (!isKnown) throw outcome.error;
    return false;
  }

  async #adopt(joined: JoinedGeneration, subscription: Subscription): Promise<void> {
    const { assignment, watchedTopics, memberId, generationId } = joined;
    this.#applied = { memberId, generationId };
    const { owned } = this.#options;
    // The next owner gets what is revoked when everybody has seen that it is free (KIP-429).
    if (assignmentChange(owned, assignment).revoked.length > 0) this.#needJoin('it gave up partitions');
    this.#isAnnounced = false;
    try {
      await adopt(owned, assignment, subscription);
    } finally {
      this.#topicWatch.compareWith(watchedTopics);
    }
  }

  async #lose(subscription: Subscription): Promise<void> {
    this.#isLost = false;
    this.#applied = nobody;
    this.#topicWatch.compareWith(null);
    await lose(this.#options.owned, subscription);
  }

  async #sendHeartbeat(): Promise<void> {
    const sentAs = this.#current;
    try {
      await this.#options.coordinator.heartbeat(sentAs);
    } catch (error) {
      if (this.#isClosed || sentAs !== this.#current) return;
      // While a join is under way, it is the join that tells how things stand; what it does not tell is asked again.
      this.#hasMissedRefusal = this.#isJoining;
      if (this.#isJoining) return;
      this.#learn(codeOf(error), error);
      this.#options.interrupt();
    }
  }

  /** Draws the conclusion from a refusal; false when it says nothing about this member. */
  #learn(code: ErrorCode | null, error: unknown): boolean {
    switch (code) {
      case 'REBALANCE_IN_PROGRESS':
        this.#needJoin('the group is rebalancing');
        return true;
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        this.#current = code === 'UNKNOWN_MEMBER_ID' ? nobody : { ...this.#current, generationId: -1 };
        this.#isLost = true;
        this.#needJoin('it had lost its place');
        // An assignment that was not taken over yet belongs to a generation that has passed.
        this.#outcome = null;
        this.#heartbeat.stop();
        return true;
      case 'FENCED_INSTANCE_ID':
        this.#fatal = error;
        this.#heartbeat.stop();
        return true;
      default:
        return false;
    }
  }

  #needJoin(reason: string): void {
    if (!this.#needsJoin) this.#joinReason = reason;
    this.#needsJoin = true;
  }
}
