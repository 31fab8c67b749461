import type { KeyObject } from 'node:crypto';
import { schemaRegistry } from '@millrace/stream-core/avro';
import type { JavaRecord } from '../../../../stream-core/test/servers/java-reader.ts';
import { readWithJava } from '../../../../stream-core/test/servers/java-reader.ts';
import type { Books } from '../../../src/payments/books/check-books.ts';
import { accountsChangelog, checkBooks } from '../../../src/payments/books/check-books.ts';
import { noFaults, planFaults } from '../../../src/payments/simulator/fault-plan.ts';
import { paymentsTopics } from '../../../src/payments/topics.ts';

const topics = [...paymentsTopics(1).map(({ name }) => name), accountsChangelog];

const bytesOf = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, 'hex'));

const bookRecord = ({ key, value, timestamp }: JavaRecord) => ({
  key: bytesOf(key),
  value: bytesOf(value),
  timestamp,
});

/** The texts of all schemas that the records name; null for ids that nobody has registered. */
const schemasOf = async (records: readonly JavaRecord[], registry: string): Promise<Map<number, string | null>> => {
  const source = schemaRegistry({ url: registry });
  const ids = new Set(
    records.map(({ value }) => bytesOf(value)).flatMap((value) => (value === null ? [] : [idOf(value)])),
  );
  const found = new Map<number, string | null>();
  for (const id of ids) found.set(id, await source.schemaById(id));
  return found;
};

const idOf = (value: Buffer): number => (value.length < 5 ? -1 : value.readUInt32BE(1));

/** Where the topics of a pipeline without planned faults are. */
export interface BooksOnKafka {
  readonly bootstrapServers: string;
  readonly registry: string;
  readonly hmacKey: KeyObject;
}

/** Makes up the books from what Kafka's own consumer reads, committed records alone. */
export const booksOnKafka = async ({ bootstrapServers, registry, hmacKey }: BooksOnKafka): Promise<Books> => {
  const records = await readWithJava(bootstrapServers, topics);
  const schemas = await schemasOf(records, registry);
  const byTopic = Map.groupBy(records, ({ topic }) => topic);
  return checkBooks({
    source: {
      records: (topic) => (byTopic.get(topic) ?? []).map(bookRecord),
      schemaById: (id) => schemas.get(id) ?? null,
    },
    planOf: (transactionId) => planFaults(transactionId, 1, noFaults),
    hmacKey,
  });
};
