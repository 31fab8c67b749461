import type { Serde } from '@millrace/stream-core';

/** The four messages of a payment, in the order of their schema ids. */
export const parts = { request: 0, fraud: 1, revenue: 2, core: 3 } as const;
const partCount = 4;

/** What is known of one payment: the Avro bytes that came in, undecoded. Nobody changes it. */
export interface OpenPayment {
  readonly isDecided: boolean;
  /** When its request came, or before that the first answer; epoch ms. */
  readonly since: number;
  /** By the numbers of `parts`; null for what has not come yet. */
  readonly received: readonly (Uint8Array | null)[];
}

/** Whether all four messages have come. */
export const isWhole = ({ received }: OpenPayment): boolean => !received.includes(null);

/** Nothing is known of this payment yet. */
export const newPayment = (since: number): OpenPayment => ({
  isDecided: false,
  since,
  received: new Array<null>(partCount).fill(null),
});

const headSize = 9;
const lengthSize = 4;

/** The layout of the stores of Java's peer: decided or not, since when, then each part behind its length. */
export const openPaymentSerde: Serde<OpenPayment> = {
  immutable: true,
  canonical: true,
  serialize: ({ isDecided, since, received }) => {
    let size = headSize;
    for (const part of received) size += lengthSize + (part?.length ?? 0);
    const bytes = Buffer.allocUnsafe(size);
    bytes.writeUInt8(isDecided ? 1 : 0, 0);
    bytes.writeDoubleBE(since, 1);
    let at = headSize;
    for (const part of received) {
      at = bytes.writeInt32BE(part?.length ?? 0, at);
      if (part !== null) bytes.set(part, at);
      at += part?.length ?? 0;
    }
    return bytes;
  },
  deserialize: (lent) => {
    const bytes = Buffer.from(lent);
    const received: (Buffer | null)[] = [];
    for (let at = headSize; received.length < partCount; ) {
      const end = at + lengthSize + bytes.readInt32BE(at);
      received.push(end === at + lengthSize ? null : bytes.subarray(at + lengthSize, end));
      at = end;
    }
    return { isDecided: bytes[0] === 1, since: bytes.readDoubleBE(1), received };
  },
};
