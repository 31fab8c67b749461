import type { Timer } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { RequestOf } from '../protocol/api.ts';
import { isKafkaError, kafkaError, refusal } from '../protocol/error-codes.ts';
import { fetchApi } from '../protocol/fetch-api.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { AskedPartition, FetchResponse } from './fetch-answer.ts';
import { FetchAnswer } from './fetch-answer.ts';
import type { FetchSettings } from './fetch-options.ts';
import { FetchSession } from './fetch-session.ts';
import { lookUp } from './partition-lookup.ts';
import { isPassing, retryDelayMs, tryLater } from './partition-trouble.ts';

/** What is fetched of a partition while the byte budget is used up. */
const scarceBytes = 65_536;
/** How long the broker may hold a request that leaves out a partition which may be wanted soon. */
const shortestWaitMs = 20;
const maxEmptyRounds = 10;
const hastyRounds = 3;
/** So many answers in a row that cannot be read are no accident. */
const maxUnreadable = 5;

/** One node that leads partitions: one fetch at a time. */
class FetchNode {
  readonly session = new FetchSession();
  inFlight = false;
  failures = 0;
  notBeforeMs = 0;
  sentAtMs = 0;
  /** Answers in a row that brought no records. */
  emptyRounds = 0;
}

interface NodePlan {
  readonly partitions: AssignedPartition[];
  /** A partition of this node is not asked for, and may be wanted before the answer comes. */
  isPartial: boolean;
}

/** A request under way. */
interface NodeRequest {
  readonly nodeId: number;
  readonly node: FetchNode;
  readonly asked: readonly AskedPartition[];
}

/**
 * Fetches in the background, one request a node, for every partition that may be fetched: it has a position, is not
 * paused, and holds nothing, or less than one poll takes while the budget of all has room. After each answer it goes on.
 */
export class FetchCycle {
  readonly #settings: FetchSettings;
  readonly #assigned: () => Iterable<AssignedPartition>;
  readonly #onNews: () => void;
  readonly #nodes = new Map<number, FetchNode>();
  #timer: Timer | null = null;
  #isClosed = false;
  #failure: unknown = null;

  constructor(settings: FetchSettings, assigned: () => Iterable<AssignedPartition>, onNews: () => void) {
    this.#settings = settings;
    this.#assigned = assigned;
    this.#onNews = onNews;
  }

  /** An error that concerns all partitions, such as refused credentials; null when there is none. It is told once. */
  takeFailure(): unknown {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  /** Sends every request that can be sent now. */
  kick(): void {
    if (this.#isClosed) return;
    let bufferedBytes = 0;
    for (const partition of this.#assigned()) bufferedBytes += partition.bufferedBytes;
    const plans = this.#plan(bufferedBytes);
    const now = this.#settings.clock.monotonic();
    let wakeAtMs = Number.POSITIVE_INFINITY;
    for (const [nodeId, plan] of plans) {
      const node = this.#node(nodeId);
      if (node.inFlight || plan.partitions.length === 0) continue;
      if (node.notBeforeMs > now) wakeAtMs = Math.min(wakeAtMs, node.notBeforeMs);
      else this.#send(nodeId, plan, { bufferedBytes, nodes: plans.size });
    }
    for (const { retryAtMs } of this.#assigned()) if (retryAtMs > now) wakeAtMs = Math.min(wakeAtMs, retryAtMs);
    this.#wakeAt(wakeAtMs, now);
  }

  #plan(bufferedBytes: number): Map<number, NodePlan> {
    const now = this.#settings.clock.monotonic();
    const plans = new Map<number, NodePlan>();
    const lookups: Promise<void>[] = [];
    let hasUnknown = false;
    for (const partition of this.#assigned()) {
      if (partition.position === null || partition.error !== null) continue;
      const nodeId = this.#leaderOf(partition, lookups);
      if (nodeId === null) {
        hasUnknown = true;
        continue;
      }
      const plan = plans.get(nodeId) ?? { partitions: [], isPartial: false };
      plans.set(nodeId, plan);
      if (partition.retryAtMs <= now && this.#mayFetch(partition, bufferedBytes)) plan.partitions.push(partition);
      else plan.isPartial = true;
    }
    this.#watchLookups(lookups);
    if (hasUnknown) for (const plan of plans.values()) plan.isPartial = true;
    return plans;
  }

  /** The node that leads a partition; null while that, or something else about the partition, is being found out. */
  #leaderOf(partition: AssignedPartition, lookups: Promise<void>[]): number | null {
    if (partition.isBusy) return null;
    const leader = this.#settings.cluster.knownLeader(partition.topicPartition);
    if (leader !== null && partition.topicId !== null) return leader.nodeId;
    const isDue = partition.retryAtMs <= this.#settings.clock.monotonic();
    if (isDue && !partition.isPaused) lookups.push(lookUp(partition, this.#settings));
    return null;
  }

  #mayFetch(partition: AssignedPartition, bufferedBytes: number): boolean {
    if (partition.isPaused || partition.isHeldBack) return false;
    if (!partition.hasData) return true;
    const { maxPartitionBytes, maxBufferedBytes } = this.#settings;
    return partition.bufferedBytes < maxPartitionBytes && bufferedBytes < maxBufferedBytes;
  }

  #send(nodeId: number, plan: NodePlan, { bufferedBytes, nodes }: { bufferedBytes: number; nodes: number }): void {
    const { isolationLevel, maxPartitionBytes, maxBufferedBytes, ...settings } = this.#settings;
    const node = this.#node(nodeId);
    const leftBytes = Math.floor((maxBufferedBytes - bufferedBytes) / nodes);
    const partitionMaxBytes = leftBytes > 0 ? maxPartitionBytes : Math.min(maxPartitionBytes, scarceBytes);
    const asked = plan.partitions.map((partition) => this.#ask(partition, partitionMaxBytes));
    const partialWaitMs = shortestWaitMs * 2 ** node.emptyRounds;
    const request = {
      ...node.session.request(asked.map(({ fetch }) => fetch)),
      maxWaitMs: plan.isPartial ? Math.min(settings.fetchMaxWaitMs, partialWaitMs) : settings.fetchMaxWaitMs,
      minBytes: settings.fetchMinBytes,
      maxBytes: Math.min(settings.fetchMaxBytes, Math.max(leftBytes, scarceBytes * asked.length)),
      isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
    };
    if (!plan.isPartial) node.emptyRounds = 0;
    node.inFlight = true;
    node.sentAtMs = this.#settings.clock.monotonic();
    this.#fetch({ nodeId, node, asked }, request).catch((error: unknown) => this.#fail(error));
  }

  async #fetch({ nodeId, node, asked }: NodeRequest, request: RequestOf<typeof fetchApi>): Promise<void> {
    const { cluster, lane } = this.#settings;
    try {
      const { response } = await cluster.call(nodeId, fetchApi, request, { lane });
      if (!this.#isClosed) this.#answered(node, asked, response);
    } catch (error) {
      this.#unanswered(node, asked, error);
    }
    node.inFlight = false;
    this.#goOn();
  }

  #ask(partition: AssignedPartition, partitionMaxBytes: number): AskedPartition {
    const { topicPartition, version, topicId, fetchOffset, lastFetchedEpoch } = partition;
    const currentLeaderEpoch = this.#settings.cluster.knownLeader(topicPartition)?.leaderEpoch ?? -1;
    const where = { ...topicPartition, topicId: topicId ?? '', currentLeaderEpoch };
    return { partition, version, fetch: { ...where, fetchOffset, lastFetchedEpoch, partitionMaxBytes } };
  }

  #answered(node: FetchNode, asked: readonly AskedPartition[], response: FetchResponse): void {
    const now = this.#settings.clock.monotonic();
    node.notBeforeMs = now + response.throttleTimeMs;
    if (response.errorCode !== 0) {
      this.#sessionFailed(node, asked, response.errorCode);
      return;
    }
    node.failures = 0;
    const answer = new FetchAnswer(this.#settings, node.session, asked);
    for (const wait of answer.deliver(response)) this.#watch(wait);
    node.session.answered(response.sessionId);
    node.emptyRounds = answer.hasRecords ? 0 : Math.min(node.emptyRounds + 1, maxEmptyRounds);
    // A broker that does not wait for data must not be asked in a circle.
    const isHasty = node.emptyRounds > hastyRounds && now - node.sentAtMs < shortestWaitMs;
    if (isHasty) node.notBeforeMs = Math.max(node.notBeforeMs, node.sentAtMs + shortestWaitMs);
  }

  /** Nothing was read. The next request is a full one; a topic that has another id now shows when it is looked up. */
  #sessionFailed(node: FetchNode, asked: readonly AskedPartition[], errorCode: number): void {
    node.failures++;
    const isLost = isKafkaError(errorCode, 'FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH');
    if (isLost) node.session.forget();
    else node.session.reset();
    if (isLost && node.failures === 1) return;
    if (!kafkaError(errorCode).retriable) this.#failure = refusal(errorCode, `Fetch for ${this.#settings.clientId}`);
    this.#putOff(asked);
  }

  /** No answer, or none that can be read: the leaders may be others now. */
  #unanswered(node: FetchNode, asked: readonly AskedPartition[], error: unknown): void {
    if (this.#isClosed) return;
    node.failures++;
    node.notBeforeMs = this.#settings.clock.monotonic() + retryDelayMs(node.failures, this.#settings);
    node.session.reset();
    const isUnreadable = error instanceof StreamsError && error.code === 'CORRUPT_MESSAGE';
    if (!isPassing(error) || (isUnreadable && node.failures >= maxUnreadable)) this.#failure = error;
    this.#putOff(asked);
  }

  #putOff(asked: readonly AskedPartition[]): void {
    for (const { partition, version } of asked) {
      if (partition.version !== version) continue;
      this.#settings.cluster.forgetLeader(partition.topicPartition);
      tryLater(partition, this.#settings);
    }
  }

  /** Goes on when something was found out. */
  #watch(work: Promise<unknown>): void {
    work.then(
      () => this.#goOn(),
      (error: unknown) => this.#fail(error),
    );
  }

  /**
   * The leaders of many partitions become known together: the first request waits for all of them, as those that it
   * leaves out would have to wait for its answer. One that takes longer holds up the others for a moment only.
   */
  #watchLookups(lookups: readonly Promise<void>[]): void {
    if (lookups.length === 0) return;
    const timer = this.#settings.clock.schedule(shortestWaitMs, () => this.#goOn());
    this.#watch(Promise.all(lookups).finally(() => timer.cancel()));
  }

  #goOn(): void {
    if (this.#isClosed) return;
    this.kick();
    this.#onNews();
  }

  /** An error that nothing expects: the caller has to know. */
  #fail(error: unknown): void {
    this.#failure = error;
    this.#onNews();
  }

  #wakeAt(atMs: number, now: number): void {
    this.#timer?.cancel();
    this.#timer = Number.isFinite(atMs) ? this.#settings.clock.schedule(atMs - now, () => this.kick()) : null;
  }

  #node(nodeId: number): FetchNode {
    const node = this.#nodes.get(nodeId) ?? new FetchNode();
    this.#nodes.set(nodeId, node);
    return node;
  }
}
