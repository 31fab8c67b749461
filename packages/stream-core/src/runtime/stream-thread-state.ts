import type { TransitionTable } from '../common/state-machine.ts';

/** What a stream thread is doing. */
export type StreamThreadState = 'created' | 'starting' | 'rebalancing' | 'running' | 'pendingShutdown' | 'dead';

//   created ──► starting ──► rebalancing ◄──► running
//      │           │              │              │
//      └───────────┴──────────────┴──────────────┴──► pendingShutdown ──► dead
//                  └──────────────┴──────────────┴─────────────────────────┘ (an error)
export const streamThreadTransitions: TransitionTable<StreamThreadState> = {
  created: ['starting', 'pendingShutdown', 'dead'],
  starting: ['rebalancing', 'running', 'pendingShutdown', 'dead'],
  rebalancing: ['running', 'pendingShutdown', 'dead'],
  running: ['rebalancing', 'pendingShutdown', 'dead'],
  pendingShutdown: ['dead'],
  dead: [],
};
