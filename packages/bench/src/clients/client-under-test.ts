/** Where a client reads or writes: a topic of one partition. */
export interface ClientTopic {
  readonly bootstrapServers: string;
  readonly topic: string;
}

/** A connected client. */
export interface OpenClient {
  /** Sends records, or reads that many and gives their checksum. */
  run(records: number): Promise<number>;
  close(): Promise<void>;
}

/** What a client is measured at. */
export type ClientWork = 'produce' | 'consume';

/** A client of Kafka, in one way of using it. */
export interface ClientUnderTest {
  readonly name: string;
  readonly work: ClientWork;
  readonly open: (topic: ClientTopic) => Promise<OpenClient>;
}
