import type { TransitionTable } from './common/state-machine.ts';

/** What an application instance is doing. The names are Kafka Streams' own. */
export type KafkaStreamsState =
  | 'CREATED'
  | 'REBALANCING'
  | 'RUNNING'
  | 'PENDING_SHUTDOWN'
  | 'NOT_RUNNING'
  | 'PENDING_ERROR'
  | 'ERROR';

//   CREATED ──► REBALANCING ◄──► RUNNING
//      │             │             │
//      ├─────────────┴─────────────┴──► PENDING_SHUTDOWN ──► NOT_RUNNING
//      │             │             │
//      └─────────────┴─────────────┴──► PENDING_ERROR ──► ERROR
export const kafkaStreamsTransitions: TransitionTable<KafkaStreamsState> = {
  CREATED: ['REBALANCING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  REBALANCING: ['RUNNING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  RUNNING: ['REBALANCING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  PENDING_SHUTDOWN: ['NOT_RUNNING'],
  NOT_RUNNING: [],
  PENDING_ERROR: ['ERROR'],
  ERROR: [],
};
