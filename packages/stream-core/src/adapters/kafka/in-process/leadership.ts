import type { PartitionLog } from '../../memory/log/partition-log.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import type { InProcessBrokers } from './in-process-brokers.ts';
import type { RequestContext } from './route.ts';

/** Why a node does not answer for a partition, with who leads it now (KIP-951); null when it does. */
export interface LeadershipRefusal {
  readonly errorCode: number;
  readonly currentLeader: { readonly leaderId: number; readonly leaderEpoch: number };
}

/** @param claimedEpoch the leader epoch that the client knows; -1 when it does not say */
export const leadershipRefusal = (
  { brokers, nodeId }: RequestContext,
  log: PartitionLog,
  claimedEpoch: number,
): LeadershipRefusal | null => {
  const leader = brokers.leader(log);
  const currentLeader = { leaderId: leader?.nodeId ?? -1, leaderEpoch: log.leaderEpoch };
  if (leader?.nodeId !== nodeId) return { errorCode: kafkaErrors.NOT_LEADER_OR_FOLLOWER.number, currentLeader };
  if (claimedEpoch === -1 || claimedEpoch === log.leaderEpoch) return null;
  const isStale = claimedEpoch < log.leaderEpoch;
  const { number } = isStale ? kafkaErrors.FENCED_LEADER_EPOCH : kafkaErrors.UNKNOWN_LEADER_EPOCH;
  return { errorCode: number, currentLeader };
};

interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** Where the leaders that refusals name are reached. */
export const endpointsOf = (
  brokers: InProcessBrokers,
  answers: readonly { readonly currentLeader?: { readonly leaderId?: number } }[],
): NodeEndpoint[] => {
  const named = new Set(answers.map(({ currentLeader }) => currentLeader?.leaderId ?? -1));
  return brokers.nodes.filter(({ nodeId }) => named.has(nodeId));
};
