import { asBuffer } from '../common/bytes.ts';
import { noHeaders } from '../common/headers.ts';
import type { KeyValue } from '../common/stream-record.ts';
import type { Windowed } from '../common/window.ts';
import type { Serde } from '../serdes/serde.ts';
import type { CachedStore, CacheFlushListener } from './cached-store.ts';
import type { CachingRows } from './caching-rows.ts';
import type { Row, RowStore } from './row-store.ts';
import { endOfSessionKey, keyOfSessionKey, sessionKey, startOfSessionKey } from './session-key.ts';
import type { SessionIterator, SessionStore } from './session-store.ts';
import type { ValueCodec } from './value-codec.ts';

export interface TypedSessionStoreOptions<K, V> {
  readonly name: string;
  readonly key: Serde<K>;
  readonly topic: string;
  readonly codec: ValueCodec<V>;
  readonly segmentMs: number;
  /** Whether sessions of several keys come strictly by their end, as in memory, or by key within segments. */
  readonly isByEnd: boolean;
  /** The rows of a segment in which sessions are looked for by their end alone. */
  readonly endingIn: (segment: number) => Iterable<Row>;
  /** Deletes a row in whatever layer it lies. */
  readonly remove: (segment: number, key: Buffer) => void;
  /** Null where the record cache is off. */
  readonly caching: CachingRows | null;
}

/** The times that sessions touch, and the direction of the walk. */
interface Times {
  readonly earliestEnd: number;
  readonly latestStart: number;
  readonly reverse: boolean;
}

/** Which sessions are looked for: keys in bytes, null for an open end. */
interface Search extends Times {
  readonly keyFrom: Buffer | null;
  readonly keyTo: Buffer | null;
}

const maxTime = Number.MAX_SAFE_INTEGER;
/** No time begins with this byte, so that it ends the rows of a key. */
const behindTimes = Buffer.from([0x80]);

/** A session store over rows in time segments. */
export class TypedSessionStore<K, V> implements SessionStore<K, V>, CachedStore<Windowed<K>, V> {
  readonly name: string;
  readonly kind = 'session';
  readonly isTimestamped = false;
  readonly #rows: RowStore;
  readonly #options: TypedSessionStoreOptions<K, V>;

  constructor(rows: RowStore, options: TypedSessionStoreOptions<K, V>) {
    this.name = options.name;
    this.#rows = rows;
    this.#options = options;
  }

  put(session: Windowed<K>, value: V | null): void {
    const rowKey = sessionKey(this.#keyBytes(session.key), session.window);
    this.#rows.put(
      this.#segmentOf(session.window.end),
      rowKey,
      value === null ? null : this.#options.codec.encode(value),
    );
  }

  remove(session: Windowed<K>): void {
    const rowKey = sessionKey(this.#keyBytes(session.key), session.window);
    this.#options.remove(this.#segmentOf(session.window.end), rowKey);
  }

  fetchSession(key: K, sessionStart: number, sessionEnd: number): V | null {
    const rowKey = sessionKey(this.#keyBytes(key), { start: sessionStart, end: sessionEnd });
    const row = this.#rows.get(this.#segmentOf(sessionEnd), rowKey);
    return row === null ? null : this.#options.codec.decode(row);
  }

  findSessions(earliestSessionEnd: number, latestSessionEnd: number): SessionIterator<K, V>;
  findSessions(key: K, earliestSessionEnd: number, latestSessionStart: number): SessionIterator<K, V>;
  findSessions(keyFrom: K | null, keyTo: K | null, earliestEnd: number, latestStart: number): SessionIterator<K, V>;
  findSessions(
    first: K | number | null,
    second: K | number | null,
    third?: number,
    fourth?: number,
  ): SessionIterator<K, V> {
    if (third === undefined) return this.#endingIn(first as number, second as number);
    if (fourth === undefined)
      return this.#ofKey(first as K, { earliestEnd: second as number, latestStart: third, reverse: false });
    return this.#ofKeys(first as K | null, second as K | null, {
      earliestEnd: third,
      latestStart: fourth,
      reverse: false,
    });
  }

  backwardFindSessions(key: K, earliestSessionEnd: number, latestSessionStart: number): SessionIterator<K, V>;
  backwardFindSessions(
    keyFrom: K | null,
    keyTo: K | null,
    earliestEnd: number,
    latestStart: number,
  ): SessionIterator<K, V>;
  backwardFindSessions(
    first: K | null,
    second: K | number | null,
    third: number,
    fourth?: number,
  ): SessionIterator<K, V> {
    if (fourth === undefined)
      return this.#ofKey(first as K, { earliestEnd: second as number, latestStart: third, reverse: true });
    return this.#ofKeys(first, second as K | null, { earliestEnd: third, latestStart: fourth, reverse: true });
  }

  fetch(key: K): SessionIterator<K, V>;
  fetch(keyFrom: K | null, keyTo: K | null): SessionIterator<K, V>;
  fetch(first: K | null, second?: K | null): SessionIterator<K, V> {
    const times = { earliestEnd: 0, latestStart: maxTime, reverse: false };
    return second === undefined ? this.#ofKey(first as K, times) : this.#ofKeys(first, second, times);
  }

  backwardFetch(key: K): SessionIterator<K, V>;
  backwardFetch(keyFrom: K | null, keyTo: K | null): SessionIterator<K, V>;
  backwardFetch(first: K | null, second?: K | null): SessionIterator<K, V> {
    const times = { earliestEnd: 0, latestStart: maxTime, reverse: true };
    return second === undefined ? this.#ofKey(first as K, times) : this.#ofKeys(first, second, times);
  }

  setFlushListener(listener: CacheFlushListener<Windowed<K>, V>, sendOldValues: boolean): boolean {
    const { caching, codec } = this.#options;
    caching?.setFlushListener((rowKey, newRow, oldRow, timestamp) => {
      const newValue = newRow === null ? null : codec.decode(newRow);
      const oldValue = oldRow === null ? null : codec.decode(oldRow);
      listener(this.#windowed(rowKey), { newValue, oldValue, timestamp });
    }, sendOldValues);
    return caching !== null;
  }

  #ofKey(key: K, times: Times): SessionIterator<K, V> {
    const bytes = this.#keyBytes(key);
    return this.#search({ keyFrom: bytes, keyTo: bytes, ...times });
  }

  #ofKeys(from: K | null, to: K | null, times: Times): SessionIterator<K, V> {
    const keyFrom = from === null ? null : this.#keyBytes(from);
    const keyTo = to === null ? null : this.#keyBytes(to);
    return this.#search({ keyFrom, keyTo, ...times });
  }

  #search(search: Search): SessionIterator<K, V> {
    const rows = this.#found(search);
    if (!this.#options.isByEnd) return this.#decoded(rows);
    const sorted = [...rows].sort(byEndThenKey);
    return this.#decoded(search.reverse ? sorted.reverse() : sorted);
  }

  #endingIn(earliestEnd: number, latestEnd: number): SessionIterator<K, V> {
    const { endingIn, isByEnd } = this.#options;
    const ids = this.#rows.segments(this.#segmentOf(Math.max(0, earliestEnd)), this.#segmentOf(latestEnd));
    const rows = ids
      .flatMap((segment) => [...endingIn(segment)])
      .filter(({ key }) => {
        const end = endOfSessionKey(key);
        return end >= earliestEnd && end <= latestEnd;
      });
    return this.#decoded(rows.sort(isByEnd ? byEndThenKey : byEndThenStart));
  }

  #found(search: Search): Generator<Row, void, undefined> {
    const { keyFrom, keyTo, earliestEnd, reverse } = search;
    const ids = this.#rows.segments(this.#segmentOf(Math.max(0, earliestEnd)), maxTime);
    const isOneKey = keyFrom !== null && keyFrom === keyTo;
    const lower = isOneKey ? sessionKey(keyFrom, { start: 0, end: Math.max(0, earliestEnd) }) : keyFrom;
    const upper = isOneKey ? Buffer.concat([keyFrom, behindTimes]) : null;
    const ranges = ids.map((segment) => this.#rows.range(segment, lower, upper, reverse));
    return matching(reverse ? ranges.reverse() : ranges, search);
  }

  *#decoded(rows: Iterable<Row>): Generator<KeyValue<Windowed<K>, V>, void, undefined> {
    for (const { key, value } of rows) yield { key: this.#windowed(key), value: this.#options.codec.decode(value) };
  }

  #windowed(rowKey: Buffer): Windowed<K> {
    const { key, topic } = this.#options;
    return {
      key: key.deserialize(keyOfSessionKey(rowKey), topic, noHeaders),
      window: { start: startOfSessionKey(rowKey), end: endOfSessionKey(rowKey) },
    };
  }

  #segmentOf(time: number): number {
    return Math.floor(time / this.#options.segmentMs);
  }

  #keyBytes(key: K): Buffer {
    if (key === null || key === undefined) throw new TypeError(`store ${this.name}: a key must not be null`);
    return asBuffer(this.#options.key.serialize(key, this.#options.topic, noHeaders));
  }
}

const byEndThenKey = (left: Row, right: Row): number =>
  endOfSessionKey(left.key) - endOfSessionKey(right.key) ||
  Buffer.compare(keyOfSessionKey(left.key), keyOfSessionKey(right.key)) ||
  startOfSessionKey(right.key) - startOfSessionKey(left.key);

const byEndThenStart = (left: Row, right: Row): number =>
  endOfSessionKey(left.key) - endOfSessionKey(right.key) ||
  startOfSessionKey(left.key) - startOfSessionKey(right.key) ||
  Buffer.compare(keyOfSessionKey(left.key), keyOfSessionKey(right.key));

/** A longer key may lie between the rows of a shorter one, so every row is looked at. */
function* matching(
  ranges: readonly Iterable<Row>[],
  { keyFrom, keyTo, earliestEnd, latestStart }: Search,
): Generator<Row, void, undefined> {
  for (const rows of ranges) {
    for (const row of rows) {
      const key = keyOfSessionKey(row.key);
      if (endOfSessionKey(row.key) < earliestEnd || startOfSessionKey(row.key) > latestStart) continue;
      if (keyFrom !== null && Buffer.compare(key, keyFrom) < 0) continue;
      if (keyTo === null || Buffer.compare(key, keyTo) <= 0) yield row;
    }
  }
}
