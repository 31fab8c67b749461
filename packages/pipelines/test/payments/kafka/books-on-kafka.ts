import type { KeyObject } from 'node:crypto';
import type { Books } from '../../../src/payments/books/check-books.ts';
import { accountsChangelog, checkBooks } from '../../../src/payments/books/check-books.ts';
import { noFaults, planFaults } from '../../../src/payments/simulator/fault-plan.ts';
import { paymentsTopics } from '../../../src/payments/topics.ts';
import { readBooks } from './read-books.ts';

const topics = [...paymentsTopics(1).map(({ name }) => name), accountsChangelog];

/** Where the topics of a pipeline without planned faults are. */
export interface BooksOnKafka {
  readonly bootstrapServers: string;
  readonly registry: string;
  readonly hmacKey: KeyObject;
}

/** Makes up the books from what Kafka's own consumer reads, committed records alone. */
export const booksOnKafka = async ({ bootstrapServers, registry, hmacKey }: BooksOnKafka): Promise<Books> =>
  checkBooks({
    source: await readBooks({ bootstrapServers, registryUrl: registry }, topics),
    planOf: (transactionId) => planFaults(transactionId, 1, noFaults),
    hmacKey,
  });
