import type { MessagePort } from 'node:worker_threads';

import type { OpenOptions } from './rocksdb-binding.ts';

/** What the thread that opens databases is started with. */
export interface OpenerData {
  readonly bindingPath: string;
  readonly port: MessagePort;
  /** Set to 1 and notified with every answer, and once when the thread is ready. */
  readonly signal: Int32Array;
}

/** What it is asked. `id` names a database from its opening on. */
export type OpenerRequest =
  | { readonly kind: 'open'; readonly id: number; readonly path: string; readonly options: OpenOptions }
  | { readonly kind: 'close'; readonly id: number };

/** What it answers. */
export type OpenerAnswer =
  | { readonly kind: 'opened'; readonly handle: bigint }
  | { readonly kind: 'closed' | 'ready' }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | null };
