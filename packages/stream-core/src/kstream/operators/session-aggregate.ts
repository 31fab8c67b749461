import { noHeaders } from '../../common/headers.ts';
import type { KeyValue } from '../../common/stream-record.ts';
import type { Window, Windowed } from '../../common/window.ts';
import type { OperatorContext, OperatorSupplier } from '../../processor/operator.ts';
import { withHeaders } from '../../processor/with-headers.ts';
import type { CachedStore } from '../../state/cached-store.ts';
import type { SessionStore } from '../../state/session-store.ts';
import type { StoreBuilder } from '../../state/state-store.ts';
import type { Merger } from '../functions.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { SessionWindows } from '../windows/session-windows.ts';
import type { Change } from './change.ts';
import type { EmitRange, WindowedOptions } from './final-results.ts';
import { finalResults } from './final-results.ts';
import type { Aggregation } from './stream-aggregate.ts';
import type { TableGetter, TableOperator, TableView } from './table-operator.ts';
import { stamped } from './table-store.ts';

/** How the values of sessions begin, go on and become one when the sessions do. */
export interface SessionAggregation<K, V, VA> extends Aggregation<K, V, VA> {
  readonly merger: (key: K, left: VA | null, right: VA) => VA | null;
}

/** An aggregation whose values can be merged. */
export const sessionAggregation = <K, V, VA>(
  how: Aggregation<K, V, VA>,
  merger: Merger<K, VA>,
): SessionAggregation<K, V, VA> => ({ ...how, merger: (key, left, right) => merger(key, left as VA, right) });

type SessionTableStore<K, VA> = SessionStore<K, VA> & CachedStore<Windowed<K>, VA>;

/**
 * One aggregate a key and session. A record joins all sessions of its key within the gap: what they were is deleted, and
 * the one that holds them all is written, with its end as the timestamp.
 *
 * @see `org.apache.kafka.streams.kstream.internals.KStreamSessionWindowAggregate`
 */
export class SessionAggregate<K, V, VA> implements TableOperator<Windowed<K>, VA, V> {
  readonly #store: StoreBuilder;
  readonly #windows: SessionWindows;
  readonly #how: SessionAggregation<K, V, VA>;
  readonly #emit: EmitStrategy;
  readonly #timeName: string;
  #sendOldValues = false;

  constructor(store: StoreBuilder, how: SessionAggregation<K, V, VA>, options: WindowedOptions<SessionWindows>) {
    this.#store = store;
    this.#how = how;
    this.#windows = options.windows;
    this.#emit = options.emit;
    this.#timeName = options.timeName ?? store.name;
  }

  // The keys that come in are not those that go out, which the interface of tables cannot say.
  readonly operator: OperatorSupplier<never, V, Windowed<K>, Change<VA>> = (context) => {
    const { inactivityGapMs, graceMs } = this.#windows;
    const store = context.store<SessionTableStore<K, VA>>(this.#store.name);
    const forward = this.#forwarder(context, store);
    const time = context.operatorTime(this.#timeName);
    const final = finalResults(context, this.#emit, {
      store: this.#store.name,
      closedWindows,
      emit: ({ from, to }) => {
        for (const { key, value } of [...store.findSessions(from, to)])
          context.forward(key, { newValue: value, oldValue: null, isLatest: true }, key.window.end);
      },
    });
    const closeTimeAt = (timestamp: number): number => time.advance(timestamp) - graceMs - inactivityGapMs;
    return {
      process: (key: K, value, timestamp) => {
        if (key === null) {
          context.drop('null_key');
          return;
        }
        const closeTime = closeTimeAt(timestamp);
        const sessions = [...store.findSessions(key, timestamp - inactivityGapMs, timestamp + inactivityGapMs)];
        const window = mergedWindow(timestamp, sessions);
        const merged = this.#merged(key, sessions);
        if (window.end < closeTime) context.drop('expired_window');
        else this.#update({ key, window }, { value, merged, sessions }, { store, forward });
        final?.emitClosed(closeTime);
      },
      advanceTime: (timestamp) => {
        const closeTime = closeTimeAt(timestamp);
        final?.emitClosed(closeTime);
      },
    };
  };

  stores(): readonly StoreBuilder[] {
    return [this.#store];
  }

  view(): TableView<Windowed<K>, VA> {
    const name = this.#store.name;
    return {
      storeNames: [name],
      open: (context): TableGetter<Windowed<K>, VA> => {
        const store = context.store<SessionTableStore<K, VA>>(name);
        return { get: ({ key, window: { start, end } }) => stamped(store.fetchSession(key, start, end), end) };
      },
    };
  }

  enableSendingOldValues(): boolean {
    this.#sendOldValues = true;
    return true;
  }

  #merged(key: K, sessions: readonly KeyValue<Windowed<K>, VA>[]): VA | null {
    let merged = this.#how.initializer();
    for (const { value } of sessions) merged = this.#how.merger(key, merged, value);
    return merged;
  }

  #update(
    session: Windowed<K>,
    from: { readonly value: V; readonly merged: VA | null; readonly sessions: readonly KeyValue<Windowed<K>, VA>[] },
    to: { readonly store: SessionTableStore<K, VA>; readonly forward: SessionForwarder<K, VA> },
  ): void {
    const { value, merged, sessions } = from;
    const { store, forward } = to;
    const { start, end } = session.window;
    const isPoint = start === end;
    // A session of the one moment of the record is the same one, and is overwritten.
    for (const old of isPoint ? [] : sessions) {
      store.remove(old.key);
      forward(old.key, null, old.value);
    }
    const newValue = this.#how.aggregator(session.key, value, merged);
    store.put(session, newValue);
    forward(session, newValue, null);
  }

  /** Forwards the updates of sessions with their end as timestamp, unless the record cache will, or their close. */
  #forwarder(
    context: OperatorContext<Windowed<K>, Change<VA>>,
    store: SessionTableStore<K, VA>,
  ): SessionForwarder<K, VA> {
    if (this.#emit === 'onWindowClose') return () => undefined;
    const sendOldValues = this.#sendOldValues;
    const isCached = store.setFlushListener((session, { newValue, oldValue }) => {
      context.forward(session, { newValue, oldValue, isLatest: true }, session.window.end);
    }, sendOldValues);
    if (isCached) return () => undefined;
    return (session, newValue, oldValue) => {
      const change = { newValue, oldValue: sendOldValues ? oldValue : null, isLatest: true };
      // A session stands for several records: what goes on at once has the headers of none.
      withHeaders(context.record, noHeaders, () => context.forward(session, change, session.window.end));
    };
  }
}

type SessionForwarder<K, VA> = (session: Windowed<K>, newValue: VA | null, oldValue: VA | null) => void;

/** The window over a record and the sessions that it joins. */
const mergedWindow = (timestamp: number, sessions: readonly KeyValue<Windowed<unknown>, unknown>[]): Window => {
  let start = timestamp;
  let end = timestamp;
  for (const { key } of sessions) {
    start = Math.min(start, key.window.start);
    end = Math.max(end, key.window.end);
  }
  return { start, end };
};

/** The ends of the sessions that have closed. A session is one moment long at least, so one time is a range too. */
const closedWindows = (last: number, closeTime: number): EmitRange | null => {
  const range = { from: Math.max(0, last), to: closeTime - 1 };
  return range.to < range.from ? null : range;
};
