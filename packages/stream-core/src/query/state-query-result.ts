import type { Position } from '../common/position.ts';
import { mergePositions } from '../common/position.ts';
import type { StreamsError } from '../errors/streams-error.ts';

/**
 * Why a query has no answer in a partition, in the words of Kafka Streams.
 *
 * - `UNKNOWN_QUERY_TYPE`: a store of this type does not answer such queries.
 * - `NOT_ACTIVE`: the query wants a task that processes, and this one is being restored.
 * - `NOT_UP_TO_BOUND`: what the query may see has not come to its position yet.
 * - `NOT_PRESENT`: the partition is not on this instance.
 * - `DOES_NOT_EXIST`: there is no such partition. Kafka Streams names this and says NOT_PRESENT; so it is here.
 * - `STORE_EXCEPTION`: the store, or a serde, threw.
 *
 * @see `org.apache.kafka.streams.query.FailureReason`
 */
export type FailureReason =
  | 'UNKNOWN_QUERY_TYPE'
  | 'NOT_ACTIVE'
  | 'NOT_UP_TO_BOUND'
  | 'NOT_PRESENT'
  | 'DOES_NOT_EXIST'
  | 'STORE_EXCEPTION';

/** The answer of a partition. */
export interface QuerySuccess<R> {
  readonly isSuccess: true;
  readonly value: R;
  /** How far the topics that feed the store were read when it answered. */
  readonly position: Position;
}

/** What a partition says that has no answer. */
export interface QueryFailure {
  readonly isSuccess: false;
  readonly reason: FailureReason;
  /** The same as an error: its code says whether it is worth to ask again. */
  readonly error: StreamsError;
  /** How far the topics that feed the store were read; empty where the store is not here. */
  readonly position: Position;
}

/** What a partition, or a global store, says to a query. @see `org.apache.kafka.streams.query.QueryResult` */
export type QueryResult<R> = QuerySuccess<R> | QueryFailure;

/** What the parts of a store on this instance say to a query. @see `org.apache.kafka.streams.query.StateQueryResult` */
export class StateQueryResult<R> {
  /** By partition, ascending. Empty for a global store. */
  readonly partitions: ReadonlyMap<number, QueryResult<R>>;
  /** Of a global store; null for others. */
  readonly global: QueryResult<R> | null;

  constructor(partitions: ReadonlyMap<number, QueryResult<R>>, global: QueryResult<R> | null = null) {
    this.partitions = new Map([...partitions].sort(([left], [right]) => left - right));
    this.global = global;
  }

  /** Where all the parts stand together: the bound for a next query that must not see less. */
  get position(): Position {
    const results = [...this.partitions.values(), ...(this.global === null ? [] : [this.global])];
    return mergePositions(results.map(({ position }) => position));
  }

  /**
   * The only answer, for a query that one partition alone has an answer to, such as that for a key. Null when none has.
   *
   * @throws RangeError when several partitions found something
   */
  onlyPartitionResult(): QuerySuccess<NonNullable<R>> | null {
    const found = [...this.partitions.values()].filter(hasFound);
    if (found.length > 1) throw new RangeError(`${found.length} partitions have an answer; read \`partitions\``);
    return found[0] ?? null;
  }
}

const hasFound = <R>(result: QueryResult<R>): result is QuerySuccess<NonNullable<R>> =>
  result.isSuccess && result.value !== null && result.value !== undefined;
