import { kafkaErrors } from '../protocol/error-codes.ts';

/** A partition that a client wants to read. */
export interface WantedPartition {
  /** The name, or since version 13 the id, of the topic. */
  readonly topicKey: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch: number;
  readonly partitionMaxBytes: number;
}

/** What decides whether an incremental answer names a partition. */
export interface PartitionNews {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset?: number;
  readonly records: Uint8Array | null;
}

type PartitionKey = Pick<WantedPartition, 'topicKey' | 'partition'>;

export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly wanted: readonly WantedPartition[];
  readonly forgotten: readonly PartitionKey[];
}

const keyOf = ({ topicKey, partition }: PartitionKey): string => `${topicKey} ${partition}`;

const lastEpoch = 0x7fff_ffff;
const maxSessions = 1000;

interface CachedPartition {
  wanted: WantedPartition;
  highWatermark: number;
  logStartOffset: number;
}

/** What a node remembers between the fetches of one client (KIP-227). */
export class FetchSession {
  readonly sessionId: number;
  nextEpoch = 1;
  readonly #partitions = new Map<string, CachedPartition>();

  constructor(sessionId: number, wanted: readonly WantedPartition[]) {
    this.sessionId = sessionId;
    for (const each of wanted) this.#partitions.set(keyOf(each), fresh(each));
  }

  get wanted(): readonly WantedPartition[] {
    return Array.from(this.#partitions.values(), (cached) => cached.wanted);
  }

  update({ wanted, forgotten }: SessionRequest): void {
    for (const each of wanted) {
      const cached = this.#partitions.get(keyOf(each));
      if (cached === undefined) this.#partitions.set(keyOf(each), fresh(each));
      else cached.wanted = each;
    }
    for (const each of forgotten) this.#partitions.delete(keyOf(each));
    this.nextEpoch = this.nextEpoch === lastEpoch ? 1 : this.nextEpoch + 1;
  }

  /** True when the client has to be told; remembers it as told. What brings records goes behind the others. */
  tells(partition: PartitionKey, news: PartitionNews): boolean {
    const key = keyOf(partition);
    const cached = this.#partitions.get(key);
    if (cached === undefined) return true;
    const { errorCode, highWatermark, logStartOffset = -1, records } = news;
    const hasRecords = records !== null && records.length > 0;
    const changed = cached.highWatermark !== highWatermark || cached.logStartOffset !== logStartOffset;
    cached.highWatermark = errorCode === 0 ? highWatermark : -1;
    cached.logStartOffset = logStartOffset;
    if (hasRecords) {
      this.#partitions.delete(key);
      this.#partitions.set(key, cached);
    }
    return hasRecords || changed || errorCode !== 0;
  }
}

const fresh = (wanted: WantedPartition): CachedPartition => ({ wanted, highWatermark: -1, logStartOffset: -1 });

/** What a request reads: in a session or without one, and whether all of it has to be told. */
export interface SessionPlan {
  readonly errorCode: number;
  readonly session: FetchSession | null;
  readonly wanted: readonly WantedPartition[];
  readonly isIncremental: boolean;
}

const refused = (errorCode: number): SessionPlan => ({ errorCode, session: null, wanted: [], isIncremental: false });

/** The fetch sessions of one node. */
export class FetchSessions {
  readonly #sessions = new Map<number, FetchSession>();
  #lastId = 0;

  get size(): number {
    return this.#sessions.size;
  }

  /** Makes the node forget all sessions, as a restart does. */
  clear(): void {
    this.#sessions.clear();
  }

  plan(request: SessionRequest): SessionPlan {
    const { sessionId, sessionEpoch, wanted } = request;
    if (sessionEpoch <= 0) {
      this.#sessions.delete(sessionId);
      const session = sessionEpoch === 0 ? this.#open(wanted) : null;
      return { errorCode: 0, session, wanted, isIncremental: false };
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return refused(kafkaErrors.FETCH_SESSION_ID_NOT_FOUND.number);
    if (session.nextEpoch !== sessionEpoch) return refused(kafkaErrors.INVALID_FETCH_SESSION_EPOCH.number);
    session.update(request);
    return { errorCode: 0, session, wanted: session.wanted, isIncremental: true };
  }

  #open(wanted: readonly WantedPartition[]): FetchSession {
    const session = new FetchSession(++this.#lastId, wanted);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(session.sessionId, session);
    return session;
  }
}
