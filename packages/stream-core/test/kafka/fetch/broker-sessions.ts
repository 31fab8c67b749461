import type { RequestOf } from '../../../src/adapters/kafka/protocol/api.ts';
import type { fetchApi } from '../../../src/adapters/kafka/protocol/fetch-api.ts';

export type FetchRequest = RequestOf<typeof fetchApi>;
export type PartitionRequest = FetchRequest['topics'][number]['partitions'][number];

/** What a broker remembers of a reader (KIP-227). */
export interface Session {
  epoch: number;
  /** By topic id and number: what was asked, and which ends were told. */
  readonly partitions: Map<string, { request: PartitionRequest; topicId: string; told: string }>;
}

/** The fetch sessions of a broker. */
export class BrokerSessions {
  hasRoom = true;
  readonly #sessions = new Map<number, Session>();
  #lastId = 0;

  lose(): void {
    this.#sessions.clear();
  }

  /** The session that the request continues or begins; a number is the error that refuses it. */
  open(request: FetchRequest): { readonly id: number; readonly state: Session } | number {
    const { sessionId = 0, sessionEpoch = -1 } = request;
    if (sessionEpoch <= 0) this.#sessions.delete(sessionId);
    const state = sessionEpoch <= 0 ? { epoch: 0, partitions: new Map() } : this.#sessions.get(sessionId);
    if (state === undefined) return 70;
    if (sessionEpoch > 0 && state.epoch !== sessionEpoch) return 71;
    this.#update(state, request);
    if (!this.hasRoom) return { id: 0, state };
    const id = sessionEpoch <= 0 ? ++this.#lastId : sessionId;
    this.#sessions.set(id, state);
    return { id, state };
  }

  #update(state: Session, { topics, forgottenTopicsData }: FetchRequest): void {
    state.epoch++;
    for (const { topicId = '', partitions } of forgottenTopicsData) {
      for (const partition of partitions) state.partitions.delete(`${topicId}-${partition}`);
    }
    for (const { topicId = '', partitions } of topics) {
      for (const request of partitions) {
        const name = `${topicId}-${request.partition}`;
        state.partitions.set(name, { request, topicId, told: state.partitions.get(name)?.told ?? '' });
      }
    }
  }
}
