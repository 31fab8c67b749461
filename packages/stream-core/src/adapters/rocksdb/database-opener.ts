import type { MessagePort } from 'node:worker_threads';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

import { assert } from '../../common/assert.ts';
import type { OpenerAnswer, OpenerData, OpenerRequest } from './opener-messages.ts';
import type { LoadedBinding, NativeDatabase, OpenOptions, RocksdbBinding } from './rocksdb-binding.ts';

/** Far beyond what the slowest disk needs. A thread that has not answered by then never will. */
const answerTimeoutMs = 10 * 60_000;

/** Starting takes no disk but that of the program. */
const startTimeoutMs = 60_000;

/** As the sources are, or as they were compiled. */
const threadFile = import.meta.url.endsWith('.ts') ? './opener-thread.ts' : './opener-thread.js';

/** An open database. */
export interface OpenedDatabase {
  readonly database: NativeDatabase;
  /** Done when it returns. The database must not be used any more. */
  close(): void;
}

/** What the native side said, with the code of the binding. */
class RocksdbError extends Error {
  override readonly name = 'RocksdbError';
  readonly code: string | null;

  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

const noAnswer = (): RocksdbError =>
  new RocksdbError('the thread that opens databases does not answer; start the process again', null);

/**
 * Opens and closes databases synchronously, although the binding does both in the background and answers through the
 * event loop: another thread with an event loop of its own does it, while this one waits. The database is then used
 * from here alone, by the handle that the binding has for this.
 */
export class DatabaseOpener {
  readonly #binding: RocksdbBinding;
  readonly #port: MessagePort;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #lastId = 0;
  /** Whether an answer stayed away: a later one would be taken for that of another request. */
  #isLost = false;

  constructor({ binding, path }: LoadedBinding) {
    this.#binding = binding;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const data: OpenerData = { bindingPath: path, port: port2, signal: this.#signal };
    const worker = new Worker(new URL(threadFile, import.meta.url), { workerData: data, transferList: [port2] });
    // It waits for work that comes from here, so it must not keep the process alive.
    worker.unref();
    port1.unref();
    this.#await('ready', startTimeoutMs);
  }

  /** @throws Error as the binding made it */
  open(path: string, options: OpenOptions): OpenedDatabase {
    const id = ++this.#lastId;
    const { handle } = this.#ask({ kind: 'open', id, path, options }, 'opened');
    return {
      database: this.#binding.db_init(handle),
      close: () => {
        this.#ask({ kind: 'close', id }, 'closed');
      },
    };
  }

  #ask<Kind extends OpenerAnswer['kind']>(request: OpenerRequest, kind: Kind): Extract<OpenerAnswer, { kind: Kind }> {
    if (this.#isLost) throw noAnswer();
    this.#port.postMessage(request);
    return this.#await(kind, answerTimeoutMs);
  }

  #await<Kind extends OpenerAnswer['kind']>(kind: Kind, timeoutMs: number): Extract<OpenerAnswer, { kind: Kind }> {
    Atomics.wait(this.#signal, 0, 0, timeoutMs);
    Atomics.store(this.#signal, 0, 0);
    const answer = receiveMessageOnPort(this.#port)?.message as OpenerAnswer | undefined;
    this.#isLost = answer === undefined;
    if (answer === undefined) throw noAnswer();
    if (answer.kind === 'failed') throw new RocksdbError(answer.message, answer.code);
    assert(answer.kind === kind, `the thread that opens databases answered ${answer.kind}, not ${kind}`);
    return answer as Extract<OpenerAnswer, { kind: Kind }>;
  }
}
