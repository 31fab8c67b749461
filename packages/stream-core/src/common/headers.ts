/** One record header. Kafka allows a name to repeat and a value to be null. */
export interface Header {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** The headers of a record, in order. Never mutated: an operator that adds one makes a new array. */
export type Headers = readonly Header[];

/** The empty headers, shared by all records that have none. */
export const noHeaders: Headers = Object.freeze([]);

/** The last header of that name, which is the one that counts when a name repeats; `null` when there is none. */
export const lastHeader = (headers: Headers, key: string): Header | null =>
  headers.findLast((header) => header.key === key) ?? null;
