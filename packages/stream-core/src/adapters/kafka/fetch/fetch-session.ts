import type { RequestOf } from '../protocol/api.ts';
import type { fetchApi } from '../protocol/fetch-api.ts';

/** What a fetch request asks of one partition. */
export interface PartitionFetch {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch: number;
  readonly partitionMaxBytes: number;
}

/** The ends of a partition, as a response tells them. */
export interface PartitionEnds {
  readonly highWatermark: number;
  readonly lastStableOffset: number;
}

interface SessionPartition {
  fetch: PartitionFetch;
  ends: PartitionEnds | null;
}

type FetchRequest = RequestOf<typeof fetchApi>;
type SessionRequest = Pick<FetchRequest, 'sessionId' | 'sessionEpoch' | 'topics' | 'forgottenTopicsData'>;

/** How fetch requests and responses name a partition. */
const nameOf = (topicId: string, partition: number): string => `${topicId}-${partition}`;

const isSame = (left: PartitionFetch, right: PartitionFetch): boolean =>
  left.fetchOffset === right.fetchOffset &&
  left.lastFetchedEpoch === right.lastFetchedEpoch &&
  left.currentLeaderEpoch === right.currentLeaderEpoch &&
  left.partitionMaxBytes === right.partitionMaxBytes;

const groupByTopic = <T extends PartitionFetch>(
  fetches: Iterable<T>,
): { readonly topic: string; readonly topicId: string; readonly partitions: T[] }[] => {
  const topics = new Map<string, { topic: string; topicId: string; partitions: T[] }>();
  for (const fetch of fetches) {
    const { topic, topicId } = fetch;
    const known = topics.get(topicId);
    if (known === undefined) topics.set(topicId, { topic, topicId, partitions: [fetch] });
    else known.partitions.push(fetch);
  }
  return [...topics.values()];
};

/**
 * The fetch session with one node (KIP-227; Java's `FetchSessionHandler`): the broker remembers the partitions, a
 * request names those that changed, and a response those with news. A session that the broker has lost, or will not
 * have, costs one full request.
 */
export class FetchSession {
  #id = 0;
  /** 0 asks for a new session. */
  #epoch = 0;
  readonly #partitions = new Map<string, SessionPartition>();
  /** By topic; responses name topics by id since version 13. */
  readonly #topicIds = new Map<string, string>();

  /** The next request, for exactly these partitions. */
  request(fetches: readonly PartitionFetch[]): SessionRequest {
    const isFull = this.#epoch === 0;
    if (isFull) this.#partitions.clear();
    const wanted = new Set<string>();
    const changed: PartitionFetch[] = [];
    for (const fetch of fetches) {
      const name = nameOf(fetch.topicId, fetch.partition);
      wanted.add(name);
      this.#topicIds.set(fetch.topic, fetch.topicId);
      const known = this.#partitions.get(name);
      if (known !== undefined && isSame(known.fetch, fetch)) continue;
      changed.push(fetch);
      this.#partitions.set(name, { fetch, ends: known?.ends ?? null });
    }
    const forgotten = this.#forgetAllBut(wanted);
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: groupByTopic(changed),
      forgottenTopicsData: forgotten.map(({ partitions, ...topic }) => ({
        ...topic,
        partitions: partitions.map(({ partition }) => partition),
      })),
    };
  }

  /** The session goes on, or begins, or the broker has no room for it (id 0). */
  answered(sessionId: number): void {
    const isOver = sessionId === 0 || (this.#epoch > 0 && sessionId !== this.#id);
    this.#id = isOver ? 0 : sessionId;
    this.#epoch = isOver ? 0 : this.#epoch === 0x7fff_ffff ? 1 : this.#epoch + 1;
  }

  /** Nobody knows what the broker remembers: the next request gives up the session, if there is one, for a new one. */
  reset(): void {
    this.#epoch = 0;
  }

  /** The broker does not know the session. */
  forget(): void {
    this.#id = 0;
    this.#epoch = 0;
  }

  /** What was asked of a partition that a response names; null when it is not part of the session. */
  find({ topic, topicId }: { topic: string; topicId: string }, partition: number): PartitionFetch | null {
    const id = topic === '' ? topicId : (this.#topicIds.get(topic) ?? topicId);
    return this.#partitions.get(nameOf(id, partition))?.fetch ?? null;
  }

  /** Keeps the ends that a response told: the next one leaves the partition out as long as they stay. */
  learnEnds({ topicId, partition }: PartitionFetch, ends: PartitionEnds): void {
    const known = this.#partitions.get(nameOf(topicId, partition));
    if (known !== undefined) known.ends = ends;
  }

  /** The ends as they were told last; null when they never were. */
  ends({ topicId, partition }: PartitionFetch): PartitionEnds | null {
    return this.#partitions.get(nameOf(topicId, partition))?.ends ?? null;
  }

  #forgetAllBut(wanted: ReadonlySet<string>): ReturnType<typeof groupByTopic> {
    const forgotten: PartitionFetch[] = [];
    for (const [name, { fetch }] of this.#partitions) {
      if (wanted.has(name)) continue;
      forgotten.push(fetch);
      this.#partitions.delete(name);
    }
    return groupByTopic(forgotten);
  }
}
