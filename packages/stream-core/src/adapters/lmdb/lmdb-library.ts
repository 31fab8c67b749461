// The only file that touches the package lmdb, and only the part of it that was found to be safe: synchronous calls on
// the main database of an environment.
import { createRequire } from 'node:module';

import { loadNative } from '../durable/load-native.ts';

/** Writes keys straight into the buffers of the binding. */
export interface KeyEncoder {
  /** @returns where the key ends */
  writeKey(key: Buffer, target: Uint8Array, start: number): number;
  readKey(source: Uint8Array, start: number, end: number): Buffer;
}

export interface LmdbRow {
  readonly key: Buffer;
  readonly value: Uint8Array;
}

interface RangeOptions {
  readonly start: Buffer;
  readonly end: Buffer;
  readonly reverse: boolean;
  readonly exclusiveStart: boolean;
  readonly inclusiveEnd: boolean;
}

/** An open environment. */
export interface LmdbStore {
  /** A copy; `undefined` when there is no such row. */
  getBinary(key: Buffer): Uint8Array | undefined;
  getRange(options: RangeOptions): Iterable<LmdbRow>;
  /** Inside a transaction it is done, or has thrown, when it returns. `value` is read before that. */
  put(key: Buffer, value: Buffer): unknown;
  remove(key: Buffer): unknown;
  /** Commits what the action did, or nothing of it when that throws. */
  transactionSync(action: () => void): void;
  /** Done when it returns, as long as there were no asynchronous writes. */
  close(): Promise<void>;
}

interface StoreOptions {
  readonly path: string;
  readonly encoding: 'binary';
  readonly keyEncoder: KeyEncoder;
  /** True: a commit is visible before it is on disk. */
  readonly overlappingSync: boolean;
  readonly noSync: boolean;
  /** Off for pages that are read in no order, so that more of them stay in memory. */
  readonly noReadAhead: boolean;
  /** Bytes that are mapped at first; more where the file has more. */
  readonly mapSize: number;
}

/** The part of the package that is used. */
export interface LmdbLibrary {
  open(options: StoreOptions): LmdbStore;
}

const lmdbPackage = {
  name: 'lmdb',
  version: '3.5.6',
  builds: 'Linux (x64, arm64, arm; glibc, and musl on x64), macOS and Windows',
};

/** @throws StreamsError STATE_ENGINE_MISSING */
export const loadLmdb = (): LmdbLibrary => {
  const require = createRequire(import.meta.url);
  return loadNative(
    lmdbPackage,
    () => require.resolve('lmdb'),
    () => require('lmdb'),
  ) as LmdbLibrary;
};
