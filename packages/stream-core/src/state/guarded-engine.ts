import { findStreamsError, StreamsError } from '../errors/streams-error.ts';
import type { EngineBatch, EngineRow, StateEngine } from './state-engine.ts';

/**
 * An engine that says when its data turns out to be damaged: the caller meets TASK_CORRUPTED, so that the task begins
 * anew, and `onCorrupted` is called before.
 */
export class GuardedEngine implements StateEngine {
  readonly #inner: StateEngine;
  readonly #onCorrupted: (error: unknown) => void;

  constructor(inner: StateEngine, onCorrupted: (error: unknown) => void) {
    this.#inner = inner;
    this.#onCorrupted = onCorrupted;
  }

  get batchRows(): number {
    return this.#inner.batchRows;
  }

  get(key: Buffer): Buffer | null {
    try {
      return this.#inner.get(key);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  getMany(keys: readonly Buffer[]): (Buffer | null)[] {
    try {
      return this.#inner.getMany(keys);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  *range(from: Buffer, to: Buffer, reverse: boolean): Generator<EngineRow, void, undefined> {
    try {
      yield* this.#inner.range(from, to, reverse);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  batch(): EngineBatch {
    const batch = this.#inner.batch();
    return {
      put: (key, value) => batch.put(key, value),
      delete: (key) => batch.delete(key),
      commit: () => {
        try {
          batch.commit();
        } catch (error) {
          throw this.#translated(error);
        }
      },
    };
  }

  deleteRange(from: Buffer, to: Buffer): void {
    try {
      this.#inner.deleteRange(from, to);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  close(): void {
    this.#inner.close();
  }

  #translated(error: unknown): unknown {
    const failure = findStreamsError(error);
    if (failure?.code !== 'STATE_CORRUPTED') return error;
    this.#onCorrupted(error);
    return new StreamsError('TASK_CORRUPTED', failure.message, { context: failure.context, cause: error });
  }
}
