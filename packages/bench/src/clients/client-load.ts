// What every client is given to send, and what it has to make of what it reads.

/** How many records a client sends with one call, or in one batch where it has such a thing. */
export const recordsPerBatch = 500;

/** How many batches may be on their way at once. */
export const batchesInFlight = 5;

const variants = 1_000;

/** Key and value of 120 bytes together. */
export interface Payload {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** They come again and again, so that making them is not measured. */
export const payloads: readonly Payload[] = Array.from({ length: variants }, (_, index) => ({
  key: Buffer.from(`key-${String(index).padStart(12, '0')}`),
  value: Buffer.alloc(104, index % 251),
}));

/** Payloads from `from` on. */
export const payloadsFrom = (from: number, count: number): Payload[] =>
  Array.from({ length: count }, (_, index) => payloads[(from + index) % variants] as Payload);

/** A checksum over so many records, which needs a byte of every key and of every value. */
export class Checksum {
  #left: number;
  #sum = 0;

  constructor(records: number) {
    this.#left = records;
  }

  /** Whether all records were read. Those that come after them do not count. */
  get isComplete(): boolean {
    return this.#left === 0;
  }

  get value(): number {
    return this.#sum;
  }

  add(key: Uint8Array | null, value: Uint8Array | null): void {
    if (this.#left === 0 || key === null || value === null) return;
    this.#left--;
    this.#sum = (this.#sum * 31 + (key[key.length - 1] ?? 0) + (value[0] ?? 0) + key.length + value.length) | 0;
  }
}

/** Calls `send` for each batch of a load, a few at the same time. */
export const sendAll = async (
  records: number,
  send: (from: number, count: number) => Promise<unknown>,
): Promise<void> => {
  const underWay = new Set<Promise<unknown>>();
  for (let from = 0; from < records; from += recordsPerBatch) {
    if (underWay.size >= batchesInFlight) await Promise.race(underWay);
    const sent = send(from, Math.min(recordsPerBatch, records - from)).finally(() => underWay.delete(sent));
    underWay.add(sent);
  }
  await Promise.all(underWay);
};
