import type { KafkaStreams } from '../../src/kafka-streams.ts';
import { queryableStoreTypes } from '../../src/query/local-store.ts';
import type { StoreContents } from './crash-settings.ts';
import { comparedStores } from './crash-topology.ts';

const everything = [0, Number.MAX_SAFE_INTEGER] as const;

const rowsOf = async (streams: KafkaStreams, name: string, kind: 'keyValue' | 'window'): Promise<string[]> => {
  if (kind === 'keyValue') {
    const rows = await streams.store(name, queryableStoreTypes.keyValueStore<string, number>()).all();
    return rows.map(({ key, value }) => `${key} ${value}`);
  }
  const rows = await streams.store(name, queryableStoreTypes.windowStore<string, number>()).fetchAll(...everything);
  return rows.map(({ key, value }) => `${key.key} ${key.window.start} ${value}`);
};

/** Everything in the stores of an instance. */
export const storeContents = async (streams: KafkaStreams): Promise<StoreContents> => {
  const contents: Record<string, readonly string[]> = {};
  for (const [name, kind] of Object.entries(comparedStores))
    contents[name] = (await rowsOf(streams, name, kind)).sort();
  return contents;
};
