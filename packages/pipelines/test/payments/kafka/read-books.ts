import { readWithJava } from '../../../../stream-core/test/servers/java-reader.ts';
import type { BookRecord, BookSource } from '../../../src/payments/books/topic-reader.ts';

const bytesOf = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, 'hex'));

const readTopics = async (
  bootstrapServers: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly BookRecord[]>> => {
  const found = new Map<string, BookRecord[]>(topics.map((topic) => [topic, []]));
  for (const { topic, key, value, timestamp } of await readWithJava(bootstrapServers, topics)) {
    found.get(topic)?.push({ key: bytesOf(key), value: bytesOf(value), timestamp });
  }
  return found;
};

/** The ids of the schemas that values name. */
const schemaIds = (records: Iterable<BookRecord>): Set<number> => {
  const ids = new Set<number>();
  for (const { value } of records) {
    if (value !== null && value.length >= 5 && value[0] === 0) ids.add(Buffer.from(value).readUInt32BE(1));
  }
  return ids;
};

const readSchema = async (registryUrl: string, id: number): Promise<string | null> => {
  const response = await fetch(`${registryUrl}/schemas/ids/${id}`);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`the registry does not give schema ${id}: ${response.status}`);
  const { schema }: { readonly schema: string } = JSON.parse(await response.text());
  return schema;
};

/**
 * What Kafka's own Java consumer sees of topics under read_committed, and the schemas of the registry: what the books are
 * made up from. Nothing of the pipeline or of its client has a part in it.
 */
export const readBooks = async (
  servers: { readonly bootstrapServers: string; readonly registryUrl: string },
  topics: readonly string[],
): Promise<BookSource> => {
  const records = await readTopics(servers.bootstrapServers, topics);
  const schemas = new Map<number, string | null>();
  for (const id of schemaIds([...records.values()].flat())) {
    schemas.set(id, await readSchema(servers.registryUrl, id));
  }
  return {
    records: (topic) => {
      const found = records.get(topic);
      if (found === undefined) throw new Error(`${topic} was not read`);
      return found;
    },
    schemaById: (id) => schemas.get(id) ?? null,
  };
};
