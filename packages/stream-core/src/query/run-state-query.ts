import type { Position } from '../common/position.ts';
import { isUpToBound } from '../common/position.ts';
import { errorMessage, StreamsError } from '../errors/streams-error.ts';
import type { StorePart } from '../state/store-part.ts';
import type { QueryOptions } from './query-options.ts';
import type { StateQuery } from './state-queries.ts';
import type { FailureReason, QueryFailure, QueryResult } from './state-query-result.ts';
import { StateQueryResult } from './state-query-result.ts';

/** A query and whom it asks. @see KIP-796, `org.apache.kafka.streams.query.StateQueryRequest` */
export interface StateQueryRequest<R> extends QueryOptions {
  /** The name of the store. */
  readonly store: string;
  /** One of `stateQueries`, or one of your own. */
  readonly query: StateQuery<R>;
  /** Only these; those that are not here say NOT_PRESENT. @default all partitions of this instance */
  readonly partitions?: readonly number[];
  /**
   * What an answer must have seen at least; a part that has not says NOT_UP_TO_BOUND. It counts what the query may see:
   * by default what is committed.
   *
   * @default no bound
   */
  readonly positionBound?: Position;
  /**
   * Whether a task that is being restored says NOT_ACTIVE, rather than to answer with what it has so far. The position
   * bound is not looked at then, as in Kafka Streams.
   *
   * @default false
   */
  readonly requireActive?: boolean;
}

/** A part of the queried store. */
export interface QueriedPart {
  readonly part: StorePart;
  /** The partition of its task. */
  readonly partition: number;
  /** Whether its task processes, rather than to be restored. */
  readonly isActive: boolean;
  /** How far its topics were read, as far as the query may see. */
  readonly position: Position;
}

const codes = {
  UNKNOWN_QUERY_TYPE: 'STORE_TYPE_MISMATCH',
  NOT_ACTIVE: 'STORE_NOT_AVAILABLE',
  NOT_UP_TO_BOUND: 'STORE_BEHIND',
  NOT_PRESENT: 'STORE_NOT_AVAILABLE',
  DOES_NOT_EXIST: 'STORE_NOT_FOUND',
  STORE_EXCEPTION: 'STATE_FAILED',
} as const;

/** Asks the parts of a store. @see `org.apache.kafka.streams.KafkaStreams#query` */
export const runStateQuery = <R>(request: StateQueryRequest<R>, parts: readonly QueriedPart[]): StateQueryResult<R> => {
  const { partitions, store } = request;
  const results = new Map<number, QueryResult<R>>();
  for (const part of parts) {
    if (partitions?.includes(part.partition) ?? true) results.set(part.partition, answer(request, part));
  }
  for (const partition of partitions ?? []) {
    if (results.has(partition)) continue;
    const message = `Partition ${partition} of store ${store} is not on this instance; ask the one that has it`;
    results.set(partition, failure('NOT_PRESENT', { message, store, partition }));
  }
  return new StateQueryResult(results);
};

/** Asks a global store, which has all partitions of its topic in one part. The bound counts for each of them. */
export const runGlobalStateQuery = <R>(
  request: StateQueryRequest<R>,
  part: StorePart,
  position: Position,
): StateQueryResult<R> => {
  const { store, positionBound = {} } = request;
  const partitions = new Set(Object.values(positionBound).flatMap((offsets) => Object.keys(offsets).map(Number)));
  const isBehind = [...partitions].some((partition) => !isUpToBound(position, positionBound, partition));
  const result = isBehind ? behind({ store }, position) : evaluate(request, part, position);
  return new StateQueryResult(new Map(), result);
};

const answer = <R>(request: StateQueryRequest<R>, queried: QueriedPart): QueryResult<R> => {
  const { store, positionBound = {}, requireActive = false } = request;
  const { part, partition, isActive, position } = queried;
  if (requireActive && !isActive) {
    const message = `Partition ${partition} of store ${store} is being restored; ask again, or without requireActive`;
    return failure('NOT_ACTIVE', { message, store, partition });
  }
  if (!requireActive && !isUpToBound(position, positionBound, partition)) return behind({ store, partition }, position);
  return evaluate(request, part, position);
};

const evaluate = <R>(request: StateQueryRequest<R>, part: StorePart, position: Position): QueryResult<R> => {
  const { store, query } = request;
  try {
    const found = part.read(() => query.evaluate(part.store));
    if (found !== null) return { isSuccess: true, value: found.value, position };
    const message = `Store ${store} does not answer queries of the type ${query.type}; use one for its type of store`;
    return failure('UNKNOWN_QUERY_TYPE', { message, store, position });
  } catch (cause) {
    const message = `Store ${store} failed to answer a query of the type ${query.type}: ${errorMessage(cause)}`;
    return failure('STORE_EXCEPTION', { message, store, position, cause });
  }
};

const behind = (where: { readonly store: string; readonly partition?: number }, position: Position): QueryFailure => {
  const what = where.partition === undefined ? '' : `partition ${where.partition} of `;
  const message = `What can be read of ${what}store ${where.store} has not come to the position bound yet; ask again`;
  return failure('NOT_UP_TO_BOUND', { message, ...where, position });
};

const failure = (
  reason: FailureReason,
  details: {
    readonly message: string;
    readonly store: string;
    readonly partition?: number;
    readonly position?: Position;
    readonly cause?: unknown;
  },
): QueryFailure => {
  const { message, store, partition, position = {}, cause } = details;
  const context = partition === undefined ? { store } : { store, partition };
  const error = cause instanceof StreamsError ? cause : new StreamsError(codes[reason], message, { context, cause });
  return { isSuccess: false, reason, error, position };
};
