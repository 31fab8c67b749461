import type {
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  VersionedRecord,
  WindowStore,
} from '@millrace/stream-core';
import type { Type } from '../types/type.ts';
import type { Cell, Value } from '../types/value.ts';
import type { ProcessorMakers, ProcessorTools } from './tools.ts';
import { forwardPunctuated, punctuate } from './tools.ts';

/** A value of a store that may keep timestamps. */
type Stored = Value | ValueAndTimestamp<Value>;

const isStamped = (stored: Stored): stored is ValueAndTimestamp<Value> =>
  typeof stored === 'object' && 'timestamp' in stored;

const cellStore = ({ context }: ProcessorTools, store: string): KeyValueStore<Cell, Value> =>
  context.getStateStore(store);

const longStore = ({ context }: ProcessorTools, store: string): KeyValueStore<Cell, bigint> =>
  context.getStateStore(store);

/** Reads a store for its text; how a value with a timestamp reads depends on the processor. */
const reader = (
  tools: ProcessorTools,
  store: string,
  stamped: (value: string, timestamp: number) => string,
): ((key: Cell) => string) => {
  const rows: KeyValueStore<Cell, Stored> = tools.context.getStateStore(store);
  const type: Type = tools.storeValue(store);
  return (key) => {
    const stored = key === null ? null : rows.get(key);
    if (stored === null) return 'null';
    return isStamped(stored) ? stamped(type.text(stored.value), stored.timestamp) : type.text(stored);
  };
};

/** Processors over key-value stores. */
const keyValueProcessors: ProcessorMakers<
  'dedupe' | 'countPunct' | 'ttl' | 'buffer' | 'storePut' | 'storeGet' | 'globalGet'
> = {
  dedupe: ({ store }, tools) => {
    const rows = cellStore(tools, store);
    const { text } = tools.value;
    return (record) => {
      const { key, value } = record;
      if (key === null || value === null) {
        if (key !== null) rows.delete(key);
        tools.forward(record);
        return;
      }
      const old = rows.get(key);
      if (old !== null && text(old) === text(value)) return;
      rows.put(key, value);
      tools.forward(record);
    };
  },

  countPunct: (spec, tools) => {
    const counts = longStore(tools, spec.store);
    punctuate(tools, spec, (timestamp) => {
      for (const { key, value } of [...counts.all()]) {
        forwardPunctuated(tools, key, String(value), timestamp);
        if (spec.reset) counts.delete(key);
      }
    });
    return ({ key }) => {
      if (key !== null) counts.put(key, (counts.get(key) ?? 0n) + 1n);
    };
  },

  ttl: (spec, tools) => {
    const times = longStore(tools, spec.store);
    punctuate(tools, spec, (timestamp) => {
      const expired = [...times.all()].filter(({ value }) => timestamp - Number(value) >= spec.ttlMs);
      for (const { key } of expired) {
        times.delete(key);
        forwardPunctuated(tools, key, 'expired', timestamp);
      }
    });
    return (record) => {
      const { key, value, timestamp } = record;
      if (key !== null) times.put(key, BigInt(Math.max(Number(times.get(key) ?? timestamp), timestamp)));
      tools.forward({ ...record, value: tools.value.text(value) });
    };
  },

  buffer: (spec, tools) => {
    const rows = cellStore(tools, spec.store);
    const type = tools.storeValue(spec.store);
    punctuate(tools, spec, (timestamp) => {
      for (const { key, value } of [...rows.all()]) {
        rows.delete(key);
        forwardPunctuated(tools, key, type.text(value), timestamp);
      }
    });
    return ({ key, value }) => {
      if (key !== null) rows.put(key, value);
    };
  },

  storePut: ({ store }, tools) => {
    const rows = cellStore(tools, store);
    return (record) => {
      if (record.key !== null) rows.put(record.key, record.value);
      tools.forward(record);
    };
  },

  storeGet: ({ store }, tools) => {
    const read = reader(tools, store, (value, timestamp) => `<${value},${timestamp}>`);
    return (record) => {
      const found = record.key === null ? 'nokey' : read(record.key);
      tools.forward({ ...record, value: `${tools.value.text(record.value)}<${found}>` });
    };
  },

  globalGet: ({ store }, tools) => {
    const read = reader(tools, store, (value, timestamp) => `${value}@${timestamp}`);
    return (record) => tools.forward({ ...record, value: `${tools.value.text(record.value)}<${read(record.key)}>` });
  },
};

/** Processors with a store. */
export const statefulProcessors: ProcessorMakers<
  keyof typeof keyValueProcessors | 'windowCount' | 'sessionCount' | 'versioned'
> = {
  ...keyValueProcessors,

  windowCount: ({ store, lookbackMs }, tools) => {
    const counts: WindowStore<Cell, bigint> = tools.context.getStateStore(store);
    return (record) => {
      const { key, timestamp } = record;
      if (key === null) return;
      counts.put(key, (counts.fetch(key, timestamp) ?? 0n) + 1n, timestamp);
      const windows = [...counts.fetch(key, Math.max(0, timestamp - lookbackMs), timestamp)];
      const total = windows.reduce((sum, { value }) => sum + value, 0n);
      const listed = windows.map(({ start, value }) => ` ${start}x${value}`).join('');
      tools.forward({ ...record, value: `${total}:${listed}` });
    };
  },

  sessionCount: ({ store, gapMs }, tools) => {
    const counts: SessionStore<Cell, bigint> = tools.context.getStateStore(store);
    return (record) => {
      const { key, timestamp } = record;
      if (key === null) return;
      let window = { start: timestamp, end: timestamp };
      let count = 1n;
      for (const session of [...counts.findSessions(key, timestamp - gapMs, timestamp + gapMs)]) {
        const { start, end } = session.key.window;
        window = { start: Math.min(window.start, start), end: Math.max(window.end, end) };
        count += session.value;
        counts.remove(session.key);
      }
      counts.put({ key, window }, count);
      tools.forward({ ...record, value: `${count}@${window.start}/${window.end}` });
    };
  },

  versioned: ({ store, lookbackMs }, tools) => {
    const versions: VersionedKeyValueStore<Cell, Value> = tools.context.getStateStore(store);
    const type = tools.storeValue(store);
    // The stores of Kafka Streams do not tell a processor when a version ended, so the answers do not have it.
    const show = (version: VersionedRecord<Value> | null): string =>
      version === null ? 'none' : `${type.text(version.value)}@${version.timestamp}`;
    return (record) => {
      const { key, value, timestamp } = record;
      if (key === null) return;
      const done =
        value === null
          ? `del=${show(versions.delete(key, timestamp))}`
          : // The code for what was not put is the smallest long, which a number shows in another way.
            `put=${BigInt(versions.put(key, value as Value, timestamp))}`;
      const asOf = show(versions.get(key, timestamp - lookbackMs));
      tools.forward({ ...record, value: `${done} latest=${show(versions.get(key))} asOf=${asOf}` });
    };
  },
};
