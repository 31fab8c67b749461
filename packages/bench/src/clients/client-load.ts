// What every client is given to send.

/** How many records a client sends with one call, or in one batch where it has such a thing. */
const recordsPerBatch = 500;

/** How many batches may be on their way at once. */
const batchesInFlight = 5;

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
