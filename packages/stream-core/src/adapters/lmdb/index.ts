// The public door `@millrace/stream-core/lmdb`; it needs the peer `lmdb`.
export type { LmdbStateOptions } from './lmdb-state.ts';
export { lmdbState } from './lmdb-state.ts';
