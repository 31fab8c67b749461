// The public door `@millrace/stream-core/rocksdb`; it needs the peer `@nxtedition/rocksdb`.
export type { RocksdbStateOptions } from './rocksdb-state.ts';
export { rocksdbState } from './rocksdb-state.ts';
