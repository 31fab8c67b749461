import type { Headers } from '../common/headers.ts';

/**
 * Turns values into bytes and back. Null never reaches a serde: a null key or value is null bytes.
 *
 * Both directions are synchronous. What must be fetched first, such as a schema, is fetched in the two `prepare` calls
 * that the runtime makes at its edges.
 */
export interface Serde<T> {
  /**
   * The bytes of `value`. The result belongs to the caller and must not be reused for the next value.
   * An error that it throws becomes SERIALIZATION_FAILED.
   */
  serialize(value: T, topic: string, headers: Headers): Uint8Array;
  /**
   * The value in `bytes`. The bytes are lent for the call: a value that keeps them must copy.
   * An error that it throws becomes DESERIALIZATION_FAILED and goes to the deserialization exception handler.
   */
  deserialize(bytes: Uint8Array, topic: string, headers: Headers): T;
  /** Called with what was fetched before any of it is deserialised; returns a promise only when there is work. */
  prepare?(fetched: Iterable<Uint8Array>, topic: string): Promise<void> | undefined;
  /** Called once a topic before the first value is serialised for it. */
  prepareWrite?(topic: string): Promise<void> | undefined;
  /**
   * The part of a serialised key that chooses the partition. A windowed key goes where its inner key goes.
   * @default all of it
   */
  partitionKey?(serialized: Uint8Array): Uint8Array;
  /** The same value always has the same bytes, so bytes may pass through untouched. @default false */
  readonly canonical?: boolean;
  /** A decoded value is never mutated by anybody, so it may be shared. @default false */
  readonly immutable?: boolean;
}
