// The thread behind `DatabaseOpener`. It opens and closes databases and does nothing else with them.
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';

import type { OpenerAnswer, OpenerData, OpenerRequest } from './opener-messages.ts';
import type { NativeDatabase, RocksdbBinding } from './rocksdb-binding.ts';

const { bindingPath, port, signal } = workerData as OpenerData;
const databases = new Map<number, NativeDatabase>();

const answer = (message: OpenerAnswer): void => {
  port.postMessage(message);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
};

const fail = (error: unknown): void => {
  const { message, code } = error as Error & { readonly code?: unknown };
  answer({ kind: 'failed', message, code: typeof code === 'string' ? code : null });
};

const handle = (binding: RocksdbBinding, request: OpenerRequest): void => {
  if (request.kind === 'open') {
    const database = binding.db_init(request.path);
    binding.db_open(database, request.options, (error) => {
      if (error) return fail(error);
      databases.set(request.id, database);
      answer({ kind: 'opened', handle: binding.db_get_handle(database) });
    });
    return;
  }
  const database = databases.get(request.id);
  if (database === undefined) throw new Error(`there is no database ${request.id}`);
  binding.db_close(database, (error) => {
    // Not before: garbage collection of the database closes it a second time, which must not happen meanwhile.
    databases.delete(request.id);
    if (error) fail(error);
    else answer({ kind: 'closed' });
  });
};

try {
  const binding = createRequire(import.meta.url)(bindingPath) as RocksdbBinding;
  port.on('message', (request: OpenerRequest) => {
    try {
      handle(binding, request);
    } catch (error) {
      fail(error);
    }
  });
  answer({ kind: 'ready' });
} catch (error) {
  fail(error);
}
