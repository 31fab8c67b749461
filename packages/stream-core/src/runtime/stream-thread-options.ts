import type { StateDirectory } from '../state/state-engine.ts';
import type { StateStore } from '../state/state-store.ts';
import type { TopologyPlan } from '../topology/plan.ts';
import type { AssignmentData } from './assignment/subscription-data.ts';
import type { RestoreProgress } from './changelog-reader.ts';
import type { StreamThreadState } from './stream-thread-state.ts';
import type { ThreadClientsOptions } from './thread-clients.ts';

export interface StreamThreadOptions extends ThreadClientsOptions {
  readonly plan: TopologyPlan;
  readonly directory: StateDirectory;
  readonly globalStore: (name: string) => StateStore | null;
  readonly isShutdownRequested: () => boolean;
  /** Whether records and punctuations have to wait until the application is resumed. */
  readonly isPaused: () => boolean;
  readonly onStateChange: (state: StreamThreadState) => void;
  /** Told of every assignment. */
  readonly onAssignment: (data: AssignmentData) => void;
  readonly onRestore: (progress: RestoreProgress) => void;
}
