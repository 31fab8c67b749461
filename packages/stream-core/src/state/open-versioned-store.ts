import { int64Bytes, readInt64 } from '../common/bytes.ts';
import type { KeyValueShape } from './open-store.ts';
import { resolveSerde } from './open-store.ts';
import { PlainRows } from './plain-rows.ts';
import { SegmentedRows } from './segmented-rows.ts';
import type { OpenStore, StoreContext } from './state-store.ts';
import { cacheControl } from './store-layers.ts';
import { TypedVersionedStore } from './typed-versioned-store.ts';
import { VersionRows, validToOfHistoryKey } from './version-rows.ts';

/** A versioned key-value store with its serdes to be resolved. */
export interface VersionedShape<K, V> extends Omit<KeyValueShape<K, V>, 'dropsTimestamps'> {
  readonly historyRetentionMs: number;
  /** Null: Kafka Streams' own cut. */
  readonly segmentMs: number | null;
}

// Kafka Streams' own cut. No segment can be seen from outside: what is found depends on the retention alone.
const defaultSegmentMs = (retentionMs: number): number => {
  if (retentionMs <= 60_000) return Math.max(Math.floor(retentionMs / 3), 2_000);
  if (retentionMs <= 300_000) return Math.max(Math.floor(retentionMs / 5), 20_000);
  if (retentionMs <= 3_600_000) return Math.max(Math.floor(retentionMs / 12), 60_000);
  return Math.max(Math.floor(retentionMs / 24), 300_000);
};

/** Opens a versioned key-value store of a task. */
export const openVersionedStore = <K, V>(
  shape: VersionedShape<K, V>,
  context: StoreContext,
): OpenStore<TypedVersionedStore<K, V>> => {
  const { topic, defaults, state, onExpired, changelog } = context;
  const { name, historyRetentionMs: retentionMs } = shape;
  const segmentMs = shape.segmentMs ?? defaultSegmentMs(retentionMs);
  const history = new SegmentedRows(state, {
    store: name,
    retentionMs,
    segmentMs,
    timeOf: validToOfHistoryKey,
    retainDuplicates: false,
    observesNulls: false,
    onExpired,
  });
  // No store has a slash in its name.
  const latest = new PlainRows(state.open(`${name}/latest`));
  const note = `${name}/observed`;
  const noted = state.note(note);
  const observedTime = noted === null ? -1 : readInt64(noted, 0);
  const rows = new VersionRows({ latest, history, retentionMs, segmentMs, observedTime });
  state.keepNote(note, () => int64Bytes(rows.observedTime));
  return {
    store: new TypedVersionedStore(rows, {
      name,
      key: resolveSerde(shape.key, defaults, name),
      value: resolveSerde(shape.value, defaults, name),
      topic,
      changelog,
      onExpired,
    }),
    ...cacheControl(null),
    restore: (key, value, timestamp) => {
      // What is older than the grace period was logged too, and is passed over again.
      rows.put(Buffer.from(key), value, timestamp);
    },
  };
};
