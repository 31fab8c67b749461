import { readInt64, writeInt64 } from '../common/bytes.ts';
import type { Window } from '../common/window.ts';

// The key of a row in a session store, and of its changelog: key, session end (8 bytes), session start (8).
// See `org.apache.kafka.streams.state.internals.SessionKeySchema`.

/** How many bytes stand behind the key. */
const sessionKeySuffix = 16;

/** Puts a session key together. */
export const sessionKey = (key: Uint8Array, { start, end }: Window): Buffer => {
  const bytes = Buffer.allocUnsafe(key.length + sessionKeySuffix);
  bytes.set(key);
  writeInt64(bytes, end, key.length);
  writeInt64(bytes, start, key.length + 8);
  return bytes;
};

/** The key that a session key begins with, as a view. */
export const keyOfSessionKey = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - sessionKeySuffix);

/** The end of the session in a session key. */
export const endOfSessionKey = (bytes: Buffer): number => readInt64(bytes, bytes.length - sessionKeySuffix);

/** The start of the session in a session key. */
export const startOfSessionKey = (bytes: Buffer): number => readInt64(bytes, bytes.length - 8);
