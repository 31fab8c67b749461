import type { GroupProtocol, MemberAssignment, MemberSubscription } from '../../broker/group-protocol.ts';
import type { Logger } from '../../common/logger.ts';
import type { TaskId } from '../../common/task-id.ts';
import { formatTaskId } from '../../common/task-id.ts';
import type { TopicPartition } from '../../common/topic-partition.ts';
import { topicPartitionKey } from '../../common/topic-partition.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import type { SubtopologyPlan } from '../../topology/plan.ts';
import type { EnsuredTopics, InternalTopics } from '../internal-topics.ts';
import { taskCount } from '../partition-counts.ts';
import { assignmentError } from './assignment-error.ts';
import { assignTasks } from './sticky-task-assignor.ts';
import type { AssignmentData } from './subscription-data.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  noNews,
} from './subscription-data.ts';

export interface StreamsAssignorOptions {
  readonly internalTopics: InternalTopics;
  readonly logger: Logger;
  /** Where this member can be asked for its stores; null where it cannot. */
  readonly applicationServer: string | null;
  /** The tasks of this member now. */
  readonly ownTasks: () => readonly TaskId[];
  /** Whether this member was asked to end the whole application. */
  readonly isShutdownRequested: () => boolean;
  /** Told of every assignment that this member gets. */
  readonly onAssignment: (data: AssignmentData) => void;
  /** Told with every assignment what keeps this member from running; null when nothing does. */
  readonly onAssignmentError: (error: StreamsError | null) => void;
}

/**
 * Divides the partitions of an application among its instances, task by task: the partitions of the same number of all
 * topics of a sub-topology go together. A partition that somebody still owns goes to its new owner only in the next
 * rebalance, when it was given up (KIP-429). The name differs from that of Kafka Streams, so that a group of both is
 * refused.
 */
export class StreamsAssignor implements GroupProtocol {
  readonly name = 'millrace-streams';
  readonly #options: StreamsAssignorOptions;

  constructor(options: StreamsAssignorOptions) {
    this.#options = options;
  }

  userData(): Uint8Array {
    const { ownTasks, isShutdownRequested, applicationServer } = this.#options;
    return encodeSubscription({ tasks: ownTasks(), isShutdownRequested: isShutdownRequested(), applicationServer });
  }

  async assign(members: readonly MemberSubscription[]): Promise<ReadonlyMap<string, MemberAssignment>> {
    const subscriptions = members.map((member) => ({ member, data: decodeSubscription(member.userData) }));
    if (subscriptions.some(({ data }) => data.isShutdownRequested)) {
      return nothingFor(members, { ...noNews, isShutdownRequested: true });
    }
    let ensured: EnsuredTopics;
    try {
      ensured = await this.#options.internalTopics.ensure();
    } catch (error) {
      if (!(error instanceof StreamsError) || error.retriable) throw error;
      // All members must hear of it, not the leader alone.
      const { code, message } = error;
      return nothingFor(members, { ...noNews, error: { code, message } });
    }
    const { plan, counts } = ensured;
    const tasks = plan.subtopologies.flatMap(({ id, sourceTopics }) =>
      Array.from(
        { length: taskCount(sourceTopics, counts) },
        (_, partition): TaskId => ({ subtopology: id, partition }),
      ),
    );
    const assigned = assignTasks(
      tasks,
      subscriptions.map(({ member, data }) => ({ memberId: member.memberId, tasks: data.tasks })),
    );
    const instances = subscriptions.flatMap(({ member: { memberId }, data: { applicationServer } }) =>
      applicationServer === null ? [] : [{ applicationServer, tasks: assigned.get(memberId) ?? [] }],
    );
    const userData = encodeAssignment({ ...noNews, instances, partitionCounts: counts });
    return this.#cooperative(members, assigned, { ...ensured, userData });
  }

  onAssignment({ userData }: MemberAssignment): void {
    const data = decodeAssignment(userData);
    this.#options.onAssignment(data);
    this.#options.onAssignmentError(assignmentError(data));
  }

  /** Turns tasks into partitions, and withholds those that another member still owns. */
  #cooperative(
    members: readonly MemberSubscription[],
    assigned: ReadonlyMap<string, readonly TaskId[]>,
    { userData, ...ensured }: EnsuredTopics & { readonly userData: Uint8Array },
  ): ReadonlyMap<string, MemberAssignment> {
    const owners = new Map<string, string>();
    for (const { memberId, ownedPartitions } of members) {
      for (const partition of ownedPartitions) owners.set(topicPartitionKey(partition), memberId);
    }
    const result = new Map<string, MemberAssignment>();
    for (const [memberId, tasks] of assigned) {
      const whole = tasks.filter((task) =>
        partitionsOf(task, ensured).every(
          (partition) => (owners.get(topicPartitionKey(partition)) ?? memberId) === memberId,
        ),
      );
      const partitions = whole.flatMap((task) => partitionsOf(task, ensured));
      this.#options.logger.debug('assignment.member', { memberId, tasks: whole.map(formatTaskId).join(',') });
      result.set(memberId, { partitions, userData });
    }
    return result;
  }
}

const partitionsOf = ({ subtopology, partition }: TaskId, { plan, counts }: EnsuredTopics): TopicPartition[] => {
  const { sourceTopics } = plan.subtopologies.find(({ id }) => id === subtopology) as SubtopologyPlan;
  return sourceTopics.filter((topic) => partition < (counts.get(topic) ?? 0)).map((topic) => ({ topic, partition }));
};

const nothingFor = (
  members: readonly MemberSubscription[],
  data: AssignmentData,
): ReadonlyMap<string, MemberAssignment> =>
  new Map(members.map(({ memberId }) => [memberId, { partitions: [], userData: encodeAssignment(data) }]));
