import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import type { Headers } from '../src/common/headers.ts';
import type { RecordContext } from '../src/common/record-context.ts';
import { emptyRecordContext } from '../src/common/record-context.ts';
import { serdes } from '../src/serdes/serdes.ts';
import { RecordCache } from '../src/state/record-cache.ts';
import type { SessionIterator, SessionStore } from '../src/state/session-store.ts';
import type { OpenStore, StateStore, StoreBuilder, StoreContext } from '../src/state/state-store.ts';
import { stores } from '../src/state/stores.ts';
import type { VersionedKeyValueStore, VersionedRecord } from '../src/state/versioned-key-value-store.ts';
import { openState } from './store-harness.ts';

// What the stores of Kafka Streams 4.3.1 answered to random commands, and the records of their changelogs. A step is the
// processing of one record, after which Kafka Streams' test driver commits. An answer `!` is an exception that Kafka
// Streams should not have thrown, and is not compared.

export interface RecordedStep {
  readonly ts: number;
  readonly commands: readonly string[];
  readonly answers: readonly string[];
}

type LoggedRecord = readonly [key: string, value: string | null, timestamp: number];

export interface RecordedStore {
  readonly store: 'session' | 'versioned';
  readonly kind?: 'persistent' | 'inMemory' | 'timeOrdered';
  readonly caching?: boolean;
  readonly retention: number;
  /** Versioned stores: -1 is what Kafka Streams takes by itself. */
  readonly segment?: number;
  readonly steps: readonly RecordedStep[];
  readonly changelog: readonly LoggedRecord[];
  readonly dropped: number;
}

export type RecordedHeaders = readonly (readonly [string, string | null])[];

/** The recorded answers in a file of test/fixtures/stores. */
export const recordedAnswers = <T>(name: string): T[] =>
  linesOf(gunzipSync(readFileSync(new URL(`fixtures/stores/${name}`, import.meta.url))).toString('utf8'));

/** Cases from JSON lines. */
const linesOf = <T>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** A difference to Kafka Streams, in words. */
export type Differences = string[];

/** Adds what differs. */
export const comparing =
  (differences: Differences) =>
  (what: string, expected: unknown, got: unknown): void => {
    const [wanted, had] = [JSON.stringify(expected), JSON.stringify(got)];
    if (wanted !== had) differences.push(`${what}: expected ${wanted}, got ${had}`);
  };

interface Opened<S extends StateStore> {
  readonly open: OpenStore<S>;
  readonly logged: [string, string | null, number, RecordedHeaders][];
  readonly dropped: { count: number };
  /** Processes a record: the action, then a commit. */
  process(context: RecordContext, action: () => void): void;
}

const hex = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('hex'));
export const unhex = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'hex'));
export const hexHeaders = (headers: Headers): RecordedHeaders => headers.map(({ key, value }) => [key, hex(value)]);

export const openRecorded = <S extends StateStore>(
  builder: StoreBuilder<S>,
  options: Pick<StoreContext, 'isPersistent'>,
): Opened<S> => {
  const logged: [string, string | null, number, RecordedHeaders][] = [];
  const dropped = { count: 0 };
  const record = { current: emptyRecordContext(0) };
  const state = openState();
  const open = builder.build({
    ...options,
    record,
    state,
    topic: 'app-s-changelog',
    changelog: {
      append: (key, value, timestamp, headers = []) =>
        logged.push([hex(key) ?? '', hex(value), timestamp, hexHeaders(headers)]),
    },
    cache: builder.cachingEnabled ? new RecordCache(10_000_000) : null,
    defaults: { key: null, value: null },
    onExpired: () => {
      dropped.count++;
    },
  });
  const process = (context: RecordContext, action: () => void): void => {
    record.current = context;
    action();
    open.flushCache();
    state.seal();
    state.applySealed(new Map());
  };
  return { open, logged, dropped, process };
};

const nullable = (text: string): string | null => (text === '~' ? null : text);
/** Java's largest long stands for no bound. */
const time = (text: string): number => Math.min(Number(text), Number.MAX_SAFE_INTEGER);

const sessions = (found: SessionIterator<string, string>): string =>
  [...found].map(({ key: { key, window }, value }) => `${key}@${window.start}-${window.end}=${value}`).join(' ');

const sessionAnswer = (store: SessionStore<string, string>, command: string): string => {
  const [name, a = '', b = '', c = '', d = ''] = command.split(' ');
  const session = { key: a, window: { start: time(b), end: time(c) } };
  switch (name) {
    case 'put':
      store.put(session, nullable(d));
      return '';
    case 'remove':
      store.remove(session);
      return '';
    case 'fetchSession':
      return String(store.fetchSession(a, time(b), time(c)));
    case 'ending':
      return sessions(store.findSessions(time(a), time(b)));
    case 'find':
      return sessions(store.findSessions(a, time(b), time(c)));
    case 'bfind':
      return sessions(store.backwardFindSessions(a, time(b), time(c)));
    case 'findr':
      return sessions(store.findSessions(nullable(a), nullable(b), time(c), time(d)));
    case 'bfindr':
      return sessions(store.backwardFindSessions(nullable(a), nullable(b), time(c), time(d)));
    case 'fetch':
      return sessions(store.fetch(a));
    case 'bfetch':
      return sessions(store.backwardFetch(a));
    case 'fetchr':
      return sessions(store.fetch(nullable(a), nullable(b)));
    case 'bfetchr':
      return sessions(store.backwardFetch(nullable(a), nullable(b)));
    default:
      throw new Error(`unknown command ${command}`);
  }
};

const version = (found: VersionedRecord<string> | null): string =>
  found === null ? 'null' : `${found.value}@${found.timestamp}`;

const versionedAnswer = (store: VersionedKeyValueStore<string, string>, command: string): string => {
  const [name, key = '', b = '', c = ''] = command.split(' ');
  switch (name) {
    case 'put':
      return BigInt(store.put(key, nullable(b), time(c))).toString();
    case 'delete':
      return version(store.delete(key, time(b)));
    case 'get':
      return version(store.get(key));
    case 'getAsOf': {
      const found = store.get(key, time(b));
      const end = found?.validTo ?? null;
      return `${version(found)}${end === null ? '' : `-${end}`}`;
    }
    default:
      throw new Error(`unknown command ${command}`);
  }
};

/** Keys and values are text. */
export const text = { key: serdes.string(), value: serdes.string() };

/** Walks over a cached store of Kafka Streams backwards show what was deleted, with a null for its value. */
const isComparable = (answer: string | undefined): boolean => answer !== '!' && !/=null( |$)/.test(answer ?? '');

const isWrite = (command: string): boolean => /^(put|remove|delete) /.test(command);

/**
 * Whether a store that is restored answers the last step as the live one does. What Kafka Streams reads from its record
 * cache can be too old for the store; and in memory a removal moves time when it is restored, but not when it is made.
 */
const isRestoredAlike = ({ caching = false, kind, steps }: RecordedStore): boolean =>
  !caching &&
  !steps.at(-1)?.commands.some(isWrite) &&
  !(kind === 'inMemory' && steps.some(({ commands }) => commands.some((command) => command.startsWith('remove'))));

const differencesOf = <S extends StateStore>(
  recorded: RecordedStore,
  open: () => Opened<S>,
  answer: (store: S, command: string) => string,
): Differences => {
  const differences: Differences = [];
  const compare = comparing(differences);
  const live = open();
  for (const { ts, commands, answers } of recorded.steps) {
    live.process(emptyRecordContext(ts), () => {
      commands.forEach((command, index) => {
        const got = answer(live.open.store, command);
        if (isComparable(answers[index])) compare(`${ts} ${command}`, answers[index], got);
      });
    });
  }
  const logged = live.logged.map(([key, value, timestamp]) => [key, value, timestamp]);
  compare('changelog', recorded.changelog, logged);
  compare('dropped', recorded.dropped, live.dropped.count);

  if (!isRestoredAlike(recorded)) return differences;
  const restored = open();
  for (const [key, value, timestamp] of recorded.changelog) {
    restored.open.restore(unhex(key) as Buffer, unhex(value), timestamp);
  }
  restored.process(emptyRecordContext(0), () => {});
  const last = recorded.steps.at(-1);
  last?.commands.forEach((command, index) => {
    compare(`restored, ${command}`, last.answers[index], answer(restored.open.store, command));
  });
  return differences;
};

/** Where a session store answers other than Kafka Streams. */
export const sessionDifferences = (recorded: RecordedStore): Differences => {
  const { retention, caching = false, kind } = recorded;
  const builder = stores.sessionStore({ name: 's', ...text, retention, caching });
  return differencesOf(recorded, () => openRecorded(builder, { isPersistent: kind !== 'inMemory' }), sessionAnswer);
};

/** Where a versioned store answers other than Kafka Streams. */
export const versionedDifferences = (recorded: RecordedStore): Differences => {
  const { retention, segment = -1 } = recorded;
  const builder = stores.versionedKeyValueStore({
    name: 's',
    ...text,
    historyRetention: retention,
    ...(segment < 0 ? {} : { segmentInterval: segment }),
  });
  return differencesOf(recorded, () => openRecorded(builder, { isPersistent: true }), versionedAnswer);
};
