import type { StateBackend } from '@millrace/stream-core';

/** What a case runs its state with: nothing stays in memory in front of an engine, so that it is the engine that answers. */
export const stateOptions = (
  state: StateBackend,
): { readonly state: StateBackend; readonly stateMemoryMaxBytes: number } => ({ state, stateMemoryMaxBytes: 0 });
