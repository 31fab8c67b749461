import type { Headers } from '../common/headers.ts';
import { noHeaders } from '../common/headers.ts';
import type { RecordContext } from '../common/record-context.ts';

const noBytes: Buffer = Buffer.alloc(0);

/** Where the bytes of a record lie in its batch; a negative length is null. */
export interface RecordPlace {
  bytes: Buffer;
  keyStart: number;
  keyLength: number;
  valueStart: number;
  valueLength: number;
}

/** The place of no record. */
export const noPlace = (): RecordPlace => ({
  bytes: noBytes,
  keyStart: 0,
  keyLength: -1,
  valueStart: 0,
  valueLength: -1,
});

/** The key of a record, as a view; null when it has none. */
export const keyAt = ({ bytes, keyStart, keyLength }: RecordPlace): Buffer | null =>
  keyLength < 0 ? null : bytes.subarray(keyStart, keyStart + keyLength);

/** The value of a record, as a view; null for a tombstone. */
export const valueAt = ({ bytes, valueStart, valueLength }: RecordPlace): Buffer | null =>
  valueLength < 0 ? null : bytes.subarray(valueStart, valueStart + valueLength);

/** The context of a record that was read: views on its bytes are made only for who asks for them. */
export class InputContext implements RecordContext {
  topic: string | null = null;
  partition = -1;
  offset = -1;
  timestamp = -1;
  headers: Headers = noHeaders;
  readonly #place = noPlace();

  /** No part of a copy, for which the place would change. */
  get place(): RecordPlace {
    return this.#place;
  }

  get rawKey(): Uint8Array | null {
    return keyAt(this.#place);
  }

  get rawValue(): Uint8Array | null {
    return valueAt(this.#place);
  }
}
