import { StreamsError } from '@millrace/stream-core';
import type { Faults } from '@millrace/stream-core/memory';

/**
 * Stops clients without warning: from one moment on, no request of theirs is sent and no answer arrives, as if the
 * process had been suspended. Nobody is told; sessions and transactions have to time out.
 */
export class Freezer implements Faults {
  readonly #frozen = new Set<string>();
  readonly #waiting = new Set<(error: StreamsError) => void>();
  #hasEnded = false;

  freeze(clientId: string): void {
    this.#frozen.add(clientId);
  }

  /** Lets the frozen requests fail, so that what hangs on them can end. */
  end(): void {
    this.#hasEnded = true;
    for (const reject of this.#waiting) reject(stopped());
    this.#waiting.clear();
  }

  beforeRequest(_kind: string, clientId: string): void | Promise<void> {
    return this.#meet(clientId);
  }

  afterRequest(_kind: string, clientId: string): void | Promise<void> {
    return this.#meet(clientId);
  }

  #meet(clientId: string): void | Promise<void> {
    if (!this.#frozen.has(clientId)) return;
    if (this.#hasEnded) throw stopped();
    return new Promise((_resolve, reject) => this.#waiting.add(reject));
  }
}

const stopped = (): StreamsError => new StreamsError('CLOSED', 'The client was stopped without warning');
