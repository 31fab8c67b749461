import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import type { Processor } from '../src/processor/processor.ts';
import type { StateQuery } from '../src/query/state-queries.ts';
import { stateQueries } from '../src/query/state-queries.ts';
import type { KeyValueStore, TimestampedKeyValueStore } from '../src/state/key-value-store.ts';
import type { SessionStore } from '../src/state/session-store.ts';
import type { StoreBuilder } from '../src/state/state-store.ts';
import { stores } from '../src/state/stores.ts';
import type { VersionedKeyValueStore } from '../src/state/versioned-key-value-store.ts';
import type { TimestampedWindowStore, WindowStore } from '../src/state/window-store.ts';
import { Topology } from '../src/topology/topology.ts';
import { text } from './kafka-streams-harness.ts';

// What the stores of Kafka Streams 4.3.1 answered to every type of query; fixtures/queries/QueryRecorder.java asked.

export interface RecordedInput {
  readonly input: readonly (readonly [key: string, value: string, timestamp: number])[];
}

export interface RecordedQuery {
  readonly type: string;
  readonly key?: string;
  readonly from?: string | number | null;
  readonly to?: string | number | null;
  readonly asOf?: number | null;
  readonly order?: 'any' | 'ascending' | 'descending';
}

type RecordedOffset = readonly [topic: string, partition: number, offset: number];

export interface RecordedAnswer {
  readonly store: string;
  readonly query: RecordedQuery;
  readonly bound?: RecordedOffset;
  readonly answer: {
    readonly result?: unknown;
    readonly failure?: string;
    readonly thrown?: string;
    readonly position?: readonly RecordedOffset[] | null;
  };
}

/** The input, and the answers after it. */
export const recordedQueries = (): readonly [RecordedInput, readonly RecordedAnswer[]] => {
  const bytes = readFileSync(new URL('fixtures/queries/queries.jsonl.gz', import.meta.url));
  const [input, ...answers] = gunzipSync(bytes).toString('utf8').trim().split('\n');
  return [JSON.parse(input ?? '') as RecordedInput, answers.map((line) => JSON.parse(line) as RecordedAnswer)];
};

const given = <T, N extends string>(name: N, value: unknown): { [P in N]?: T } =>
  value === null || value === undefined ? {} : ({ [name]: value } as { [P in N]?: T });

/** The recorded query as one of ours. */
export const ourQuery = ({ type, key = '', from, to, asOf, order = 'any' }: RecordedQuery): StateQuery<unknown> => {
  const keys = { ...given<string, 'from'>('from', from), ...given<string, 'to'>('to', to), order };
  const times = { ...given<number, 'from'>('from', from), ...given<number, 'to'>('to', to), order };
  const starts = { from: Number(from), to: Number(to) };
  const made: Readonly<Record<string, () => StateQuery<unknown>>> = {
    key: () => stateQueries.key(key),
    timestampedKey: () => stateQueries.timestampedKey(key),
    range: () => stateQueries.range(keys),
    timestampedRange: () => stateQueries.timestampedRange(keys),
    windowKey: () => stateQueries.windowKey(key, starts),
    windowRange: () => stateQueries.windowRange(starts),
    windowRangeOfKey: () => stateQueries.windowRangeOfKey(key),
    versionedKey: () => stateQueries.versionedKey(key, given<number, 'asOf'>('asOf', asOf)),
    multiVersionedKey: () => stateQueries.multiVersionedKey(key, times),
  };
  const make = made[type];
  if (make === undefined) throw new RangeError(`there is no query of the type ${type}`);
  return make();
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What a store holds, as the recorder writes it. */
export const shown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  if ('window' in value && isObject(value['window'])) {
    const { start, end } = value['window'];
    return `${value['key']}[${start},${end}]`;
  }
  if ('validTo' in value) return `${value['value']}@${value['timestamp']}..${value['validTo'] ?? ''}`;
  if ('timestamp' in value) return `${value['value']}@${value['timestamp']}`;
  const place = 'start' in value ? value['start'] : shown(value['key']);
  return `${place}=${shown(value['value'])}`;
};

type Kind = 'inMemory' | 'persistent';

/** Puts every record into every store; a value of `!` deletes, an empty key is passed over. */
const keeper =
  (kind: Kind): (() => Processor<string, string, never, never>) =>
  () => {
    let put: (key: string, value: string | null, timestamp: number) => void = () => undefined;
    return {
      init: (context) => {
        const plain = context.getStateStore<KeyValueStore<string, string>>(`plain-${kind}`);
        const stamped = context.getStateStore<TimestampedKeyValueStore<string, string>>(`timestamped-${kind}`);
        const windows = context.getStateStore<WindowStore<string, string>>(`window-${kind}`);
        const stampedWindows = context.getStateStore<TimestampedWindowStore<string, string>>(
          `timestampedWindow-${kind}`,
        );
        const sessions = context.getStateStore<SessionStore<string, string>>(`session-${kind}`);
        const versions = context.getStateStore<VersionedKeyValueStore<string, string>>(`versioned-${kind}`);
        put = (key, value, timestamp) => {
          const start = timestamp - (timestamp % 10);
          const both = value === null ? null : { value, timestamp };
          plain.put(key, value);
          stamped.put(key, both);
          windows.put(key, value, start);
          stampedWindows.put(key, both, start);
          sessions.put({ key, window: { start, end: timestamp } }, value);
          versions.put(key, value, timestamp);
        };
      },
      process: ({ key, value, timestamp }) => {
        if (key !== '') put(key, value === '!' ? null : value, timestamp);
      },
    };
  };

const builders = (kind: Kind): readonly StoreBuilder[] => {
  const options = (type: string) => ({ ...text, name: `${type}-${kind}`, persistent: kind === 'persistent' });
  const window = { retention: '1h', windowSize: 10 } as const;
  return [
    stores.keyValueStore(options('plain')),
    stores.timestampedKeyValueStore(options('timestamped')),
    stores.windowStore({ ...options('window'), ...window }),
    stores.timestampedWindowStore({ ...options('timestampedWindow'), ...window }),
    stores.sessionStore({ ...options('session'), retention: '1h' }),
    stores.versionedKeyValueStore({ ...options('versioned'), historyRetention: '1h' }),
  ];
};

/** The topology of the recorder. */
export const queriedTopology = (): Topology => {
  const topology = new Topology().addSource('source', 'in', text);
  for (const kind of ['inMemory', 'persistent'] as const) {
    topology.addProcessor(kind, keeper(kind), 'source');
    for (const builder of builders(kind)) topology.addStateStore(builder, kind);
  }
  return topology;
};
