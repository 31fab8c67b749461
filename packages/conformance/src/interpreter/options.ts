import type { Materialized, Serde, TimestampExtractor } from '@millrace/stream-core';
import {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
} from '@millrace/stream-core';
import type { DslStoreName, ExtractorName, MaterializedSpec } from '../language/ops.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import type { Build } from './build.ts';

type Given<T> = { readonly [Key in keyof T]?: NonNullable<T[Key]> };

/** Options without those that the case does not give. */
export const given = <T extends object>(options: T): Given<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as Given<T>;

/** `Named` of an op. */
export const named = ({ named: name }: { readonly named: string | null }): Given<{ name: string | null }> =>
  given({ name });

const valueTimestamp = /ts=(-?\d{1,15})/;

const extractors: Readonly<Record<ExtractorName, TimestampExtractor>> = {
  failOnInvalid: failOnInvalidTimestamp,
  logAndSkip: logAndSkipOnInvalidTimestamp,
  usePartitionTime: usePartitionTimeOnInvalidTimestamp,
  valueTs: (record) => {
    const match = valueTimestamp.exec(String(record.value));
    return match === null ? record.timestamp : Number(match[1]);
  },
};

export const extractorOf = (name: ExtractorName | null): TimestampExtractor | null =>
  name === null ? null : extractors[name];

/** Whether stores of that kind are persistent; null leaves it to the configuration. */
export const isPersistent = (storeType: DslStoreName | null): boolean | null =>
  storeType === null ? null : storeType === 'rocksDB';

const persistence = ({ store, storeType }: MaterializedSpec): boolean | null => {
  switch (store) {
    case null:
      return isPersistent(storeType);
    case 'inMemory':
      return false;
    case 'persistent':
    case 'persistentPlain':
    case 'versioned':
      return true;
    case 'lru':
      return null;
  }
};

/** How long a versioned store keeps its versions. */
export const versionedOf = ({
  historyMs,
  segmentMs,
}: Pick<MaterializedSpec, 'historyMs' | 'segmentMs'>): { historyRetention: number; segmentInterval?: number } => ({
  historyRetention: historyMs ?? 0,
  ...given({ segmentInterval: segmentMs }),
});

/**
 * The options of a table's store, with its serdes. Their presence matters as that of a Materialized object does, so
 * where the case has none, aggregations pass one with the serdes alone.
 *
 * @throws UnsupportedError
 */
export const materializedWith = <V extends Cell>(
  build: Build,
  spec: MaterializedSpec | null,
  { key, value, serde }: { readonly key: Type; readonly value: Type; readonly serde: Serde<V> },
): Materialized<Cell, V> => {
  const serdes = { key: key.serde, value: serde };
  if (spec === null) return serdes;
  if (spec.name !== null) build.addStore(spec.name, value);
  const { name, caching, logging, retentionMs } = spec;
  if (spec.store === 'versioned') build.retentions.push({ store: name, retentionMs: spec.historyMs ?? 0 });
  const timestamped = spec.store === 'persistentPlain' ? false : null;
  const maxEntries = spec.store === 'lru' ? (spec.maxEntries ?? 3) : null;
  return {
    ...serdes,
    ...given({
      name,
      caching,
      logging,
      timestamped,
      maxEntries,
      persistent: persistence(spec),
      retention: retentionMs,
    }),
    ...given({ versioned: spec.store === 'versioned' ? versionedOf(spec) : null }),
  };
};

/** The store of an op that is called without a Materialized object where the case has none. */
export const optionallyMaterialized = (
  build: Build,
  spec: MaterializedSpec | null,
  types: { readonly key: Type; readonly value: Type },
): { readonly materialized?: Materialized<Cell, Cell> } =>
  spec === null ? {} : { materialized: materializedWith(build, spec, { ...types, serde: types.value.serde }) };
