import { expect } from 'vitest';
import { GroupCoordinator } from '../../src/adapters/memory/coordinator/group-coordinator.ts';
import type {
  JoinGroupRequest,
  JoinGroupResponse,
  SyncGroupResponse,
} from '../../src/adapters/memory/coordinator/group-requests.ts';
import { DeadlineQueue } from '../../src/adapters/memory/deadline-queue.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

export const sessionTimeoutMs = 10_000;
export const rebalanceTimeoutMs = 60_000;
export const text = (value: string): Uint8Array => Buffer.from(value);

/** A group coordinator on a manual clock, and what its members ask. */
export const openCoordinator = (options: { initialRebalanceDelayMs?: number } = {}) => {
  const clock = new ManualClock();
  const timers = new DeadlineQueue(clock);
  timers.hold();
  const { initialRebalanceDelayMs = 0 } = options;
  const coordinator = new GroupCoordinator({ timers, chance: () => 0.5, initialRebalanceDelayMs });

  const join = (request: Partial<JoinGroupRequest> = {}): Promise<JoinGroupResponse> =>
    coordinator.join({
      groupId: 'g',
      memberId: '',
      groupInstanceId: null,
      clientId: 'client',
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocolType: 'consumer',
      protocols: [{ name: 'p', metadata: text('') }],
      requireKnownMemberId: false,
      ...request,
    });

  const identityOf = ({ memberId, generationId }: JoinGroupResponse, groupInstanceId: string | null = null) => ({
    groupId: 'g',
    memberId,
    generationId,
    groupInstanceId,
  });

  const sync = (
    joined: JoinGroupResponse,
    assignments: Record<string, string> = {},
    groupInstanceId: string | null = null,
  ): Promise<SyncGroupResponse> =>
    coordinator.sync({
      ...identityOf(joined, groupInstanceId),
      protocolType: 'consumer',
      protocolName: 'p',
      assignments: new Map(Object.entries(assignments).map(([memberId, value]) => [memberId, text(value)])),
    });

  /** A group of one member in its first generation. */
  const alone = async (request: Partial<JoinGroupRequest> = {}): Promise<JoinGroupResponse> => {
    const joined = await join(request);
    await sync(joined, { [joined.memberId]: 'everything' }, request.groupInstanceId ?? null);
    return joined;
  };

  const state = () => coordinator.describe('g')?.state ?? null;
  const refused = (joined: JoinGroupResponse, groupInstanceId: string | null = null): string | null => {
    try {
      coordinator.heartbeat(identityOf(joined, groupInstanceId));
      return null;
    } catch (error) {
      return (error as { error: string }).error;
    }
  };
  return { clock, coordinator, join, sync, alone, state, refused, identityOf };
};

export const refusal = (error: string) => expect.objectContaining({ name: 'StreamsError', error });
