import type { Windowed } from '../common/window.ts';
import { jsonSerde } from './json.ts';
import { bigintSerde, bytesSerde, doubleSerde, integerSerde, longSerde, stringSerde } from './primitives.ts';
import type { Serde } from './serde.ts';
import { sessionWindowedSerde, timeWindowedSerde } from './windowed.ts';

interface Serdes {
  /** UTF-8 text. */
  string(): Serde<string>;
  /** A 64-bit integer as a number; a RangeError outside the safe integers. 8 bytes, big-endian. */
  long(): Serde<number>;
  /** A 64-bit integer as a bigint, the full range. 8 bytes, big-endian. */
  bigint(): Serde<bigint>;
  /** A 32-bit integer. 4 bytes, big-endian. */
  integer(): Serde<number>;
  /** A 64-bit floating-point number. 8 bytes, big-endian. Not for money. */
  double(): Serde<number>;
  /** Bytes as they are. */
  bytes(): Serde<Uint8Array>;
  /** JSON; `parse` checks what was read and gives it its type. */
  json<T>(parse?: (value: unknown) => T): Serde<T>;
  /** The key of a time window of `sizeMs` milliseconds around `inner`. */
  timeWindowed<K>(inner: Serde<K>, sizeMs: number): Serde<Windowed<K>>;
  /** The key of a session window around `inner`. */
  sessionWindowed<K>(inner: Serde<K>): Serde<Windowed<K>>;
}

/** The serdes that come with the library. Their bytes are those of Kafka's own serdes of the same name. */
export const serdes: Serdes = {
  string: () => stringSerde,
  long: () => longSerde,
  bigint: () => bigintSerde,
  integer: () => integerSerde,
  double: () => doubleSerde,
  bytes: () => bytesSerde,
  json: jsonSerde,
  timeWindowed: timeWindowedSerde,
  sessionWindowed: sessionWindowedSerde,
};
